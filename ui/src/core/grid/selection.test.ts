import { expect, it } from 'vitest'
import { ALL_ROWS, isSelected, NO_ROWS, rectangle, selectedCount, selectionInWords, selectRows, toggleRow } from './selection'

it('a range has the same rectangle from whichever corner', () => {
  const box = { top: 2, bottom: 7, left: 1, right: 3 }
  expect(rectangle({ anchor: { row: 2, column: 3 }, head: { row: 7, column: 1 } })).toEqual(box)
  expect(rectangle({ anchor: { row: 7, column: 1 }, head: { row: 2, column: 3 } })).toEqual(box)
})

it('selects some rows', () => {
  const some = toggleRow(selectRows(NO_ROWS, ['a', 'b', 'c'], true), 'b')
  expect(['a', 'b', 'c', 'd'].map((id) => isSelected(some, id))).toEqual([true, false, true, false])
  expect(selectedCount(some, 1000)).toBe(2)
  expect(selectionInWords(some, 1000)).toBe('2 rows selected')
})

it('selects all that match, minus some, without knowing them', () => {
  const most = selectRows(ALL_ROWS, ['a', 'b', 'c'], false)
  expect(isSelected(most, 'a')).toBe(false)
  expect(isSelected(most, 'never seen')).toBe(true)
  expect(selectedCount(most, 41_208)).toBe(41_205)
  expect(selectionInWords(most, 41_208)).toBe('All 41,208 rows that match, minus 3')
  expect(selectionInWords(toggleRow(toggleRow(most, 'a'), 'b'), null)).toBe('All that match, minus 1')
  expect(selectedCount(most, null)).toBeNull()
})

it('says one row as one row', () => {
  expect(selectionInWords(toggleRow(NO_ROWS, 'a'), 5)).toBe('1 row selected')
  expect(selectionInWords(NO_ROWS, 5)).toBe('No rows selected')
})
