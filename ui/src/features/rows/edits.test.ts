import { beforeEach, expect, it, vi } from 'vitest'
import { client } from '@/api/client'
import { Problem } from '@/core/problem'
import { Journal, rowEdits } from './edits'

const onChanged = vi.fn()
let journal = new Journal()
beforeEach(() => {
  onChanged.mockClear()
  journal = new Journal()
})

function edits(search: object = {}, total: number | null = 41) {
  const scores = new Map([['r1', { judge: 4 }]])
  return rowEdits({ of: { project: 'default', dataset: 'qa' }, search, total, journal, scores, onChanged })
}
const patch = (...answers: unknown[]) => {
  const spy = vi.spyOn(client, 'PATCH')
  for (const data of answers) spy.mockResolvedValueOnce({ data } as never)
  return spy
}
const post = (data: unknown) => vi.spyOn(client, 'POST').mockResolvedValue({ data } as never)
const change = (row: string, column: string, value: string) => ({ row, column, value, seen: `seen ${row}` })
const bodies = (spy: ReturnType<typeof post>) =>
  (spy.mock.calls as unknown as [string, { body: unknown }][]).map(([path, { body }]) => [path.split('/').at(-1), body])

it('sends one edit a row with what was seen, and keeps its scores', async () => {
  const spy = patch({ row: 'r1', data: { a: 'x', b: 'y' }, token: 't1', edited: true }, { row: 'r2', data: { a: 'z' }, token: 't2', edited: true })
  const outcomes = await edits({ ref: 'draft' }).change([change('r1', 'a', 'x'), change('r1', 'b', 'y'), change('r2', 'a', 'z')])
  expect(spy.mock.calls.map(([, init]) => init)).toEqual([
    { params: { path: { project: 'default', dataset: 'qa@draft', row: 'r1' } }, body: { set: { a: 'x', b: 'y' }, without: [], seen: 'seen r1' } },
    { params: { path: { project: 'default', dataset: 'qa@draft', row: 'r2' } }, body: { set: { a: 'z' }, without: [], seen: 'seen r2' } },
  ])
  expect(outcomes.map(({ row, column, conflict }) => [row, column, conflict])).toEqual([['r1', 'a', false], ['r1', 'b', false], ['r2', 'a', false]])
  expect(outcomes[0]?.now).toEqual({ id: 'r1', cells: { a: 'x', b: 'y', 'scores.judge': 4 }, revision: 't1', cut: [] })
  expect(journal.past).toEqual([2])
  expect(onChanged).toHaveBeenCalledOnce()
})

it('tells of a conflict with what the row says now, and notes nothing', async () => {
  vi.spyOn(client, 'PATCH').mockRejectedValue(new Problem(409, { what: 'Changed.', row: 'r1', current: { a: 'theirs' }, token: 't9' }))
  const [outcome] = await edits().change([change('r1', 'a', 'mine')])
  expect(outcome).toEqual({ row: 'r1', column: 'a', conflict: true, now: { id: 'r1', cells: { a: 'theirs', 'scores.judge': 4 }, revision: 't9', cut: [] } })
  expect(journal.past).toEqual([])
})

it('undoes what was done at once at once, and does it again', async () => {
  patch({ data: {}, token: 't' }, { data: {}, token: 't' })
  const gate = edits()
  await gate.change([change('r1', 'a', 'x'), change('r2', 'a', 'x')])
  const spy = post({ kind: 'set', done_at: 0, rows: 1, left: 0 })
  expect(await gate.undo()).toEqual({ says: 'Undone: an edit of 2 rows.', rows: [] })
  expect(await gate.redo()).toEqual({ says: 'Made again: an edit of 2 rows.', rows: [] })
  expect(bodies(spy).map(([name]) => name)).toEqual(['undo', 'undo', 'redo', 'redo'])
  expect([journal.past, journal.future]).toEqual([[2], []])
})

it('says when there is nothing to undo, and why something cannot be undone', async () => {
  const spy = vi.spyOn(client, 'POST').mockRejectedValueOnce(new Problem(404, { what: 'Nothing.' }))
  expect(await edits().undo()).toBeNull()
  journal.note(3)
  spy.mockRejectedValueOnce(new Problem(409, { what: 'Row r1 is not what this edit made of it.', fix: 'Look at it.' }))
  await expect(edits().undo()).rejects.toThrow('Row r1 is not what this edit made of it. Look at it.')
  expect(journal.past).toEqual([3])
})

it('edits all that match but some, as many as were counted', async () => {
  const spy = post({ rows: 39 })
  const gate = edits({ where: 'a > 1', search: 'tea', marked: 'r1:flag:pii' })
  expect(await gate.set({ all: true, rows: new Set(['r1', 'r2']) }, 'label', 'x')).toBe(39)
  expect((await gate.remove({ all: true, rows: new Set() })).says).toBe('39 rows deleted.')
  expect(bodies(spy)).toEqual([
    ['bulk', { where: 'a > 1', search: 'tea', marked: 'r1:flag:pii', besides: ['r1', 'r2'], expected: 39, remove: false, set: { label: 'x' }, without: [] }],
    ['bulk', { where: 'a > 1', search: 'tea', marked: 'r1:flag:pii', besides: [], expected: 41, remove: true, set: {}, without: [] }],
  ])
})

it('names the rows that were selected one by one, and refuses all of a sample', async () => {
  const spy = post({ rows: 2 })
  await edits().remove({ all: false, rows: new Set(['r1', 'r2']) })
  expect(bodies(spy)).toEqual([['bulk', { where: "id IN ('r1', 'r2')", search: null, marked: null, besides: [], expected: 2, remove: true, set: {}, without: [] }]])
  await expect(edits({ sample: 50 }).remove({ all: true, rows: new Set() })).rejects.toThrow('A sample is no condition.')
})
