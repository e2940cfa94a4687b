import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

interface Lock {
  packages: Record<string, { optionalDependencies?: Record<string, string> }>
}

/** Optional packages (one per platform) that the lock names but does not hold: an install on that platform would fail. */
export function missing(lock: Lock): string[] {
  const held = new Set(Object.keys(lock.packages).map((path) => path.replace(/^.*node_modules\//, '')))
  const wanted = Object.values(lock.packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
  return [...new Set(wanted.filter((name) => !held.has(name)))].sort()
}

it('the lock holds every platform', () => {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock
  expect(Object.keys(lock.packages).length).toBeGreaterThan(300)
  expect(missing(lock)).toEqual([])
})

it('a lock without a platform is told', () => {
  const packages = { '': { optionalDependencies: { 'a-linux': '1', 'a-darwin': '1' } }, 'node_modules/a-linux': {} }
  expect(missing({ packages })).toEqual(['a-darwin'])
})
