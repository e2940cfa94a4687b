import { expect, it } from 'vitest'
import { columnsOf, gridRow, hiddenAtFirst, kindOf } from './cells'

const said = (data: Record<string, unknown>, scores: Record<string, unknown> = {}) => ({ id: 'a1', data, scores, revision: 'r' })
const chat = [{ role: 'user', content: 'Hello' }]

it.each([
  ['text', ['a', null, 'b']],
  ['text', [null, undefined]],
  ['number', [1, 2.5]],
  ['boolean', [true, false]],
  ['tags', [['a', 'b'], []]],
  ['chat', [chat, []]],
  ['preference', [{ chosen: 'a', rejected: 'b' }]],
  ['json', [[], []]],
  ['json', [{ a: 1 }]],
  ['json', ['a', 1]],
] as const)('finds %s', (kind, values) => {
  expect(kindOf(values)).toBe(kind)
})

it('makes a column of each score, and a bar where its scale is known', () => {
  const rows = [said({ answer: 'x' }, { judge: { overall: 4.5, why: 'good' }, length: 120, pii: 0.25 })].map(gridRow)
  expect(columnsOf(rows, true)).toEqual([
    { name: 'answer', kind: 'text', editable: true, sortable: true },
    { name: 'scores.judge.overall', label: 'judge.overall', kind: 'score', scale: [0, 5], sortable: true },
    { name: 'scores.judge.why', label: 'judge.why', kind: 'text', sortable: true },
    { name: 'scores.length', label: 'length', kind: 'number', sortable: true },
    { name: 'scores.pii', label: 'pii', kind: 'score', scale: [0, 1], sortable: true },
  ])
})

it('shows a preference as one column, which says when it is cut', () => {
  const row = gridRow({ ...said({ input: 'q', chosen: chat, rejected: 'no' }), cut: ['chosen'] })
  expect(row.cells['preference']).toEqual({ chosen: chat, rejected: 'no' })
  expect(row.cut).toEqual(['chosen', 'preference'])
  const columns = columnsOf([row], true)
  expect(columns.map(({ name }) => name)).toEqual(['input', 'chosen', 'rejected', 'preference'])
  expect(columns.at(-1)).toMatchObject({ kind: 'preference', label: 'Chosen and rejected' })
  expect(hiddenAtFirst(columns)).toEqual(['chosen', 'rejected'])
})

it('puts the columns first that mean the same everywhere', () => {
  const columns = columnsOf([gridRow(said({ answer: 'a', aside: 'b', input: 'c', minutes: 1 }, { judge: 1 }))], true)
  expect(columns.map(({ name }) => name)).toEqual(['input', 'answer', 'aside', 'minutes', 'scores.judge'])
})

it('keeps the same columns while nothing changes, and puts new ones last', () => {
  const before = columnsOf([gridRow(said({ a: 'x', n: 1 }))], true)
  expect(columnsOf([gridRow(said({ a: 'y', n: null }))], true, before)).toBe(before)
  expect(columnsOf([], true, before)).toBe(before)
  const now = columnsOf([gridRow(said({ b: true, a: 2 }))], true, before)
  expect(now.map(({ name, kind }) => [name, kind])).toEqual([['a', 'number'], ['n', 'number'], ['b', 'boolean']])
})
