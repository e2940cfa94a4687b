// The grid over a million rows and 55 columns in a real browser, under the policy of the product. Run: node e2e/grid.mjs [folder for pictures] [pattern of names]
// Prints its figures and ends with 1 when something does not hold.
import { AxeBuilder } from '@axe-core/playwright'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { build } from 'vite'
import { places } from './grid/places.mjs'
import { DELAY_MS, serve } from './grid/server.mjs'
import { others } from './grid/others.mjs'
import { work } from './grid/work.mjs'

const ui = new URL('..', import.meta.url).pathname
const made = mkdtempSync(join(tmpdir(), 'rowsmith-grid-'))
const pictures = process.argv[2]
const only = process.argv[3]

await build({
  configFile: join(ui, 'vite.config.ts'),
  root: join(ui, 'e2e/grid'),
  publicDir: join(ui, 'public'),
  logLevel: 'error',
  build: { outDir: join(made, 'page'), emptyOutDir: true },
})
const { server, rows, counts, url } = await serve(join(made, 'page'))
const context = await chromium.launchPersistentContext(join(made, 'profile'), {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  viewport: { width: 1440, height: 900 },
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--disable-sync', '--enable-precise-memory-info',
  ],
})
await context.grantPermissions(['clipboard-read', 'clipboard-write'])

const faults = []
const figures = {}
const page = await context.newPage()
page.on('pageerror', (error) => faults.push(`error on the page: ${error.message}`))
page.on('console', (said) => {
  if (said.type() === 'error' && !counts.failing) faults.push(`console: ${said.text()}`)
})

const axe = async (name) => {
  for (const theme of ['light', 'dark']) {
    await page.evaluate((chosen) => { document.documentElement.dataset.theme = chosen }, theme)
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa']).analyze()
    for (const { id, nodes } of violations) faults.push(`axe, ${name}, ${theme}: ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
    if (pictures) await page.screenshot({ path: join(pictures, `${name}-${theme}.png`) })
  }
  await page.evaluate(() => { document.documentElement.dataset.theme = 'light' })
}

let failed = 0
for (const [name, check] of [...places, ...work, ...others]) {
  if (only && !new RegExp(only).test(name)) continue
  const before = faults.length
  rows.edited.clear()
  rows.gone.clear()
  rows.past = []
  rows.future = []
  counts.failing = false
  counts.delay = DELAY_MS
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(url)
  await page.locator('[role=gridcell]').first().waitFor()
  await page.getByText('Question 0:').first().waitFor()
  try {
    await check({ page, context, rows, counts, figures, axe, url })
  } catch (error) {
    faults.push(error.message.split('\n').slice(0, 12).join('\n    '))
  }
  const held = faults.length === before
  failed += held ? 0 : 1
  process.stdout.write(`${held ? 'held  ' : 'BROKEN'}  ${name}\n${faults.slice(before).map((fault) => `    ${fault}\n`).join('')}`)
}
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`)
await context.close()
server.close()
rmSync(made, { recursive: true, force: true })
process.exit(failed ? 1 : 0)
