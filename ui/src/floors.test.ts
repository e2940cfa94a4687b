import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, it } from 'vitest'

// What each floor may import of the others. A feature sees itself alone, never another feature.
const floors: Record<string, readonly string[]> = {
  pages: ['features', 'ui', 'api', 'core'],
  features: ['ui', 'api', 'core'],
  ui: ['core'],
  api: ['core'],
  core: [],
}
const src = import.meta.dirname

function files(): string[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
}

function imports(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8')
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '')
}

/** The place inside src that an import names, or nothing when it names a package. */
function target(file: string, name: string): string | undefined {
  if (name.startsWith('@/')) return name.slice(2)
  if (name.startsWith('.')) return relative(src, resolve(src, dirname(file), name))
  return undefined
}

export function refused(file: string, name: string): boolean {
  const [floor = '', noun] = file.split('/')
  const allowed = floors[floor]
  if (!allowed) return false // main.tsx and test set-up stand above the floors
  const place = target(file, name)
  if (place === undefined) return floor === 'core' && /^(react|@tanstack|radix-ui|openapi)/.test(name)
  const [otherFloor = '', otherNoun] = place.split('/')
  if (otherFloor === floor) return floor === 'features' && otherNoun !== noun
  return !allowed.includes(otherFloor)
}

it('no file imports from a floor above it, nor from another feature', () => {
  const broken = files().flatMap((file) => imports(file).filter((name) => refused(file, name)).map((name) => `${file} imports ${name}`))
  expect(broken).toEqual([])
})

it.each([
  ['core/a.ts', 'react'],
  ['core/a.ts', '@/api/client'],
  ['ui/Button.tsx', '@/api/client'],
  ['ui/Button.tsx', '../features/rows/Grid'],
  ['features/rows/Grid.tsx', '@/features/runs/Chip'],
  ['features/rows/Grid.tsx', '../runs/Chip'],
  ['features/rows/Grid.tsx', '@/pages/routes'],
])('%s may not import %s', (file, name) => {
  expect(refused(file, name)).toBe(true)
})

it.each([
  ['pages/Rows.tsx', '@/features/rows/Grid'],
  ['features/rows/Grid.tsx', './Cell'],
  ['features/rows/Grid.tsx', '@/ui/Button'],
  ['ui/Button.tsx', 'react'],
])('%s may import %s', (file, name) => {
  expect(refused(file, name)).toBe(false)
})

it('core asks no server', () => {
  const asking = files().filter((file) => file.startsWith('core/') && /\bfetch\(/.test(readFileSync(join(src, file), 'utf8')))
  expect(asking).toEqual([])
})
