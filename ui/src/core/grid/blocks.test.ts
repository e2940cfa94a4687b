import { expect, it } from 'vitest'
import { clearBlock, copyBlock, fillBlock, isCut, pasteBlock, pasteSize } from './blocks'
import type { GridColumn } from './source'
import { madeRow } from './testing'

const name: GridColumn = { name: 'name', kind: 'text', editable: true }
const score: GridColumn = { name: 'score', kind: 'score', label: 'Score', editable: true }
const fixed: GridColumn = { name: 'done', kind: 'boolean' }
const rows = [1, 2, 3].map(madeRow)

it('copies a rectangle', () => {
  expect(copyBlock(rows, [name, score])).toBe('row 1\t0.1\nrow 2\t0.2\nrow 3\t0.3')
})

it('pastes from the upper left', () => {
  expect(pasteSize('a\t0.5\nb')).toEqual({ rows: 2, columns: 2 })
  expect(pasteBlock('a\t0.5\nb', rows.slice(0, 2), [name, score])).toEqual({
    edits: [
      { row: rows[0], column: 'name', value: 'a' },
      { row: rows[0], column: 'score', value: 0.5 },
      { row: rows[1], column: 'name', value: 'b' },
    ],
  })
})

it('one field goes into the whole range', () => {
  const block = pasteBlock('0.9', rows, [score])
  expect('edits' in block && block.edits.map(({ value }) => value)).toEqual([0.9, 0.9, 0.9])
})

it('pastes all or nothing, and says which field does not fit', () => {
  expect(pasteBlock('a\t0.5\nb\thigh', rows.slice(0, 2), [name, score])).toEqual({
    problem: 'Nothing was pasted: Score, line 2: “high” is no number. Write it like 0.75.',
  })
  expect(pasteBlock('a\tb', rows, [name, fixed])).toEqual({ problem: 'done cannot be edited. Paste beside it.' })
})

it('fills down from the first row', () => {
  expect(fillBlock(rows, [score])).toEqual({ edits: [2, 3].map((n) => ({ row: rows[n - 1], column: 'score', value: 0.1 })) })
  expect(fillBlock(rows, [score, fixed])).toHaveProperty('problem')
})

it('clears what is not clear already', () => {
  const bare = { ...madeRow(5), cells: { name: null } }
  expect(clearBlock([madeRow(4), bare], [name, score])).toEqual({
    edits: [{ row: madeRow(4), column: 'name', value: null }, { row: madeRow(4), column: 'score', value: null }],
  })
  expect(clearBlock(rows, [fixed])).toHaveProperty('problem')
})

it('knows rows of which only the beginning is there', () => {
  expect([isCut({ ...madeRow(1), cut: ['name'] }, [score]), isCut({ ...madeRow(1), cut: ['name'] }, [name])]).toEqual([false, true])
})
