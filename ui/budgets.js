// What a first visit loads, compressed: run after a build. The shell is what is loaded before anything is painted; the first screen adds the top bar
// and the list of datasets.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const web = '../src/rowsmith/web'
const heavy = /cm-editor|react-flow|echarts|uplot|dagre/
const manifest = JSON.parse(readFileSync(join(web, '.vite/manifest.json'), 'utf8'))

/** The chunks that these entries need at once. */
function chunks(...entries) {
  const found = new Set()
  const add = (entry) => {
    if (found.has(entry)) return
    found.add(entry)
    for (const other of manifest[entry].imports ?? []) add(other)
  }
  entries.forEach(add)
  return [...found].map((entry) => manifest[entry].file)
}

const size = (files) => files.reduce((sum, file) => sum + gzipSync(readFileSync(join(web, file)), { level: 9 }).length, 0) / 1000
const shell = chunks('index.html')
const screen = chunks('index.html', 'src/pages/shell/TopBar.tsx', 'src/pages/DatasetsPage.tsx')
const faults = []
for (const [name, files, most] of [
  ['shell', shell, 125],
  ['first screen', screen, 250],
]) {
  const found = size(files)
  console.log(`${name}: ${found.toFixed(1)} of ${most} kB`)
  if (found > most) faults.push(`The ${name} is too large: import lazily what is not painted first.`)
}
for (const file of screen) {
  const found = heavy.exec(readFileSync(join(web, file), 'utf8'))
  if (found) faults.push(`${file} brings ${found[0]} into the first screen.`)
}
if (faults.length > 0) {
  console.error(faults.join('\n'))
  process.exit(1)
}
