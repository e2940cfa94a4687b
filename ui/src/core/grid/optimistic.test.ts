import { expect, it, vi } from 'vitest'
import { Optimistic } from './optimistic'
import { Pages } from './pages'
import { ALL_ROWS, selectRows, NO_ROWS } from './selection'
import type { CellValue, GridRow } from './source'
import { ListRows, madeRow } from './testing'

async function opened() {
  const list = new ListRows([0, 1, 2, 3].map(madeRow))
  const pages = new Pages(list, vi.fn())
  const edits = new Optimistic(pages, vi.fn())
  pages.show(list)
  await vi.waitFor(() => { expect(pages.rows).toBe(4) })
  const row = (n: number) => edits.view(pages.row(n) as GridRow)
  const set = (n: number, value: CellValue, column = 'name') => edits.set(list, [{ row: row(n), column, value }])
  return { list, pages, edits, row, set }
}

it('shows an edit before the server has it, and keeps what the server says', async () => {
  const { edits, row, set, list } = await opened()
  const saved = set(1, 'mine')
  expect([row(1).cells['name'], edits.pending('r1'), list.rows[1]?.cells['name']]).toEqual(['mine', 'name', 'row 1'])
  expect(await saved).toEqual([])
  expect([row(1).cells['name'], row(1).revision, edits.pending('r1')]).toEqual(['mine', 'v2', ''])
})

it('a row with edits under way stays the same object', async () => {
  const { row, set } = await opened()
  const saved = set(1, 'mine')
  expect(row(1)).toBe(row(1))
  await saved
  expect(row(1)).toBe(row(1))
})

it('two edits of one row do not conflict with each other', async () => {
  const { row, set, list } = await opened()
  expect(await Promise.all([set(1, 'first'), set(1, 'second'), set(1, 0.5, 'score')])).toEqual([[], [], []])
  expect(row(1).cells).toMatchObject({ name: 'second', score: 0.5 })
  expect(list.calls.flat().map(({ seen }) => seen)).toEqual(['v1', 'v2', 'v3'])
})

it('a conflict takes the edit back and tells both values', async () => {
  const { list, row, set } = await opened()
  list.rows = list.rows.map((old) => (old.id === 'r1' ? { ...old, revision: 'v9', cells: { ...old.cells, name: 'theirs' } } : old))
  const [conflict] = await set(1, 'mine')
  expect(conflict).toMatchObject({ mine: { column: 'name', value: 'mine' }, now: { id: 'r1', revision: 'v9' } })
  expect([row(1).cells['name'], row(1).revision]).toEqual(['theirs', 'v9'])
})

it('what was typed after a conflict it had not seen conflicts, too', async () => {
  const { list, set } = await opened()
  list.rows = list.rows.map((old) => (old.id === 'r1' ? { ...old, revision: 'v9' } : old))
  expect((await Promise.all([set(1, 'mine'), set(1, 0.1, 'score')])).map((conflicts) => conflicts.length)).toEqual([1, 1])
})

it('a server that fails leaves the cell as it was', async () => {
  const { list, row, set } = await opened()
  vi.spyOn(list, 'change').mockRejectedValueOnce(new Error('The disk is full.'))
  const saved = set(1, 'mine')
  expect(row(1).cells['name']).toBe('mine')
  await expect(saved).rejects.toThrow('The disk is full.')
  expect(row(1).cells['name']).toBe('row 1')
  expect(await set(1, 'again')).toEqual([])
})

it('undo waits for the edits under way', async () => {
  const { list, edits, pages, set } = await opened()
  const saved = set(1, 'mine')
  const undone = edits.step(list, 'undo')
  await saved
  expect(await undone).toMatchObject({ says: 'Undone' })
  await vi.waitFor(() => { expect([pages.stale, pages.row(1)?.cells['name']]).toEqual([false, 'row 1']) })
  await edits.step(list, 'redo')
  await vi.waitFor(() => { expect(pages.row(1)?.cells['name']).toBe('mine') })
  expect(await edits.step(list, 'redo')).toBeNull()
})

it('removes rows by predicate', async () => {
  const { list, edits, pages } = await opened()
  await edits.remove(list, selectRows(ALL_ROWS, ['r0', 'r2'], false))
  await vi.waitFor(() => { expect(pages.rows).toBe(2) })
  await edits.remove(list, selectRows(NO_ROWS, ['r0'], true))
  await vi.waitFor(() => { expect(pages.row(0)?.id).toBe('r2') })
})
