import { expect, it } from 'vitest'
import { moved, type Move } from './moves'

const bounds = { rows: 100, columns: 5, page: 20 }

it.each<[Move, number, number, number, number]>([
  ['up', 0, 2, -1, 2], ['up', -1, 2, -1, 2], ['down', 99, 2, 99, 2], ['down', -1, 2, 0, 2], ['left', 3, 0, 3, 0], ['right', 3, 4, 3, 4],
  ['top', 50, 2, 0, 2], ['bottom', 50, 2, 99, 2], ['first', 50, 2, 50, 0], ['last', 50, 2, 50, 4], ['start', 50, 2, 0, 0], ['end', 50, 2, 99, 4],
  ['pageUp', 10, 2, 0, 2], ['pageUp', 50, 2, 30, 2], ['pageUp', -1, 2, -1, 2], ['pageDown', 90, 2, 99, 2],
  ['next', 3, 1, 3, 2], ['next', 3, 4, 4, 0], ['next', 99, 4, 99, 4], ['previous', 3, 0, 2, 4], ['previous', 0, 0, 0, 0],
])('%s from %i,%i goes to %i,%i', (move, row, column, toRow, toColumn) => {
  expect(moved({ row, column }, move, bounds)).toEqual({ row: toRow, column: toColumn })
})

it('without rows the cursor stays in the header', () => {
  const empty = { ...bounds, rows: 0 }
  for (const move of ['down', 'bottom', 'end', 'start', 'top', 'pageDown'] as const) expect(moved({ row: -1, column: 1 }, move, empty).row).toBe(-1)
})
