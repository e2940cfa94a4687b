import { expect, it } from 'vitest'
import { ago, compact, count, plural, usd } from './format'

it('writes numbers', () => {
  expect(count(41208)).toBe('41,208')
  expect(compact(41208)).toBe('41.2K')
  expect(plural(1, 'row')).toBe('1 row')
  expect(plural(2000, 'row')).toBe('2,000 rows')
  expect(plural(0, 'entry', 'entries')).toBe('0 entries')
})

it.each([
  [0, '$0'],
  [0.002, '$0.002'],
  [0.00000312, '$0.0000031'],
  [0.25, '$0.25'],
  [1234.5, '$1,234.50'],
  [-3, '-$3.00'],
])('writes %d dollars as %s', (value, text) => {
  expect(usd(value)).toBe(text)
})

it.each([
  [2, 'just now'],
  [42, '42 sec. ago'],
  [300, '5 min. ago'],
  [7300, '2 hr. ago'],
  [86400, 'yesterday'],
  [86400 * 40, 'last mo.'],
])('writes a time %d seconds ago as %s', (seconds, text) => {
  const now = new Date('2026-03-01T12:00:00Z')
  expect(ago(new Date(now.getTime() - seconds * 1000), now)).toBe(text)
})
