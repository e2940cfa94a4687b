import { expect, it } from 'vitest'
import { columnWindow, EMPTY_LAYOUT, fitLayout, hideColumn, moveColumn, NARROWEST, pinColumn, place, resizeColumn, WIDEST } from './columns'
import type { GridColumn } from './source'

const columns: GridColumn[] = ['a', 'b', 'c', 'd'].map((name) => ({ name, kind: 'number' }))
const layout = fitLayout(EMPTY_LAYOUT, columns)
const names = (placed: readonly { column: GridColumn }[]) => placed.map(({ column }) => column.name)

it('a layout gains new columns last and forgets those that are gone', () => {
  const old = { order: ['gone', 'c', 'a'], widths: { gone: 1, a: 90 }, pinned: ['gone', 'c'], hidden: ['gone'] }
  expect(fitLayout(old, columns)).toEqual({ order: ['c', 'a', 'b', 'd'], widths: { a: 90 }, pinned: ['c'], hidden: [] })
})

it('pinned columns stand first, the others beside them', () => {
  const placed = place(columns, pinColumn(resizeColumn(layout, 'c', 200), 'c', true), 1000)
  expect(names(placed.all)).toEqual(['c', 'a', 'b', 'd'])
  expect(placed.pinned).toMatchObject([{ index: 0, left: 0, width: 200, pinned: true }])
  expect(placed.free.map(({ index, left }) => [index, left])).toEqual([[1, 0], [2, 104], [3, 208]])
  expect([placed.pinnedWidth, placed.freeWidth]).toEqual([200, 312])
})

it('pins give way on a narrow screen', () => {
  const pinned = pinColumn(resizeColumn(layout, 'c', 300), 'c', true)
  expect(names(place(columns, pinned, 390).all)).toEqual(['a', 'b', 'c', 'd'])
  expect(place(columns, pinned, 390).pinned).toEqual([])
})

it('moves, resizes, pins and hides', () => {
  expect(moveColumn(layout, 'a', 'c').order).toEqual(['b', 'c', 'a', 'd'])
  expect(moveColumn(layout, 'd', 'b').order).toEqual(['a', 'd', 'b', 'c'])
  expect(moveColumn(layout, 'a', 'a')).toBe(layout)
  expect(resizeColumn(layout, 'a', 3).widths).toEqual({ a: NARROWEST })
  expect(resizeColumn(layout, 'a', 9999).widths).toEqual({ a: WIDEST })
  expect(pinColumn(pinColumn(layout, 'a', true), 'a', false).pinned).toEqual([])
  expect(hideColumn(hideColumn(layout, 'a', true), 'a', false).hidden).toEqual([])
})

it('the last column cannot be hidden', () => {
  const one = ['a', 'b', 'c'].reduce((now, name) => hideColumn(now, name, true), layout)
  expect(hideColumn(one, 'd', true).hidden).toEqual(['a', 'b', 'c'])
})

it('renders only the columns near the screen', () => {
  const many: GridColumn[] = Array.from({ length: 60 }, (_, n) => ({ name: `c${n}`, kind: 'number' }))
  const { free } = place(many, fitLayout(EMPTY_LAYOUT, many), 1000)
  const first = columnWindow(free, 0, 1000)
  expect(first).toEqual({ first: 0, last: 12 })
  expect(columnWindow(free, 100, 1000, first)).toBe(first)
  expect(columnWindow(free, 3000, 1000, first)).toEqual({ first: 26, last: 41 })
  expect(columnWindow(free, 1e9, 1000)).toEqual({ first: 60, last: 60 })
  expect(columnWindow([], 0, 1000)).toEqual({ first: 0, last: 0 })
})
