import { client } from '@/api/client'
import type { CellChange, CellValue, ChangeOutcome, GridEdits, GridRow, JournalStep, RowSelection } from '@/core/grid/source'
import { rowsInWords } from '@/core/grid/selection'
import { Problem } from '@/core/problem'
import { gridRow, type RowSaid } from '@/core/rows/cells'
import type { RowsSearch } from '@/core/rows/search'
import { said, spoken, type RowsOf } from './source'

const DATASET = '/api/v1/projects/{project}/datasets/{dataset}'
/** Rows named in one condition, which has at most 10,000 characters. */
const NAMED = 200

export interface RowEdits extends GridEdits {
  /** Gives a column of all selected rows a value, in one entry of the journal; how many rows. */
  set(selection: RowSelection, column: string, value: CellValue): Promise<number>
}

interface Parts {
  readonly of: RowsOf
  readonly search: RowsSearch
  /** How many rows match, as they were counted: with another number now the server does nothing. */
  readonly total: number | null
  readonly journal: Journal
  /** What was measured of the rows that have come, by id: an edit leaves it as it is, and its answer does not repeat it. */
  readonly scores: ReadonlyMap<string, RowSaid['scores']>
  onChanged(): void
}

/** How many acts of the server each entry is made of, newest last: a paste into many rows is undone at once. */
export class Journal {
  readonly past: number[] = []
  readonly future: number[] = []

  note(acts: number): void {
    if (acts === 0) return
    this.past.push(acts)
    this.future.length = 0
  }
}

/** Edits of one branch over HTTP. */
export function rowEdits({ of: { project, dataset }, search, total, journal, scores, onChanged }: Parts): RowEdits {
  const path = { project, dataset: spoken(dataset, search.ref) }

  /** Does several things one after the other, as one entry, of which those count that were done. */
  const together = async <T, R>(all: readonly T[], each: (one: T) => Promise<{ result: R; acts: number }>): Promise<R[]> => {
    const results: R[] = []
    let acts = 0
    try {
      for (const one of all) {
        const done = await each(one)
        acts += done.acts
        results.push(done.result)
      }
    } finally {
      journal.note(acts)
      onChanged()
    }
    return results
  }

  const standing = (id: string, data: RowSaid['data'] | null, revision: string): GridRow =>
    gridRow({ id, data: data ?? {}, scores: scores.get(id) ?? {}, revision })

  const editRow = async ([id, changes]: readonly [string, readonly CellChange[]]): Promise<{ result: ChangeOutcome[]; acts: number }> => {
    const outcome = (now: GridRow, conflict: boolean) => changes.map(({ row, column }) => ({ row, column, conflict, now }))
    const set = Object.fromEntries(changes.map(({ column, value }) => [column, value]))
    try {
      const body = { set, without: [], seen: changes[0]?.seen ?? null }
      const { data } = await client.PATCH(`${DATASET}/rows/{row}`, { params: { path: { ...path, row: id } }, body })
      const told = data as NonNullable<typeof data>
      return { result: outcome(standing(id, told.data, told.token), false), acts: 1 }
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 409 || typeof error.body['token'] !== 'string') throw shown(error)
      const current = error.body['current'] as RowSaid['data'] | null
      return { result: outcome(standing(id, current, error.body['token']), true), acts: 0 }
    }
  }

  const bulk = async (selection: RowSelection, what: { remove: boolean; set: Record<string, CellValue> }): Promise<number> => {
    if (selection.all && search.sample !== undefined) throw new Error('A sample is no condition. Show all rows in View, then select those that match.')
    const ids = [...selection.rows]
    const named = Array.from({ length: Math.ceil(ids.length / NAMED) }, (_, n) => ids.slice(n * NAMED, (n + 1) * NAMED))
    const view = { where: search.where ?? null, search: search.search ?? null, marked: search.marked ?? null }
    const matches = selection.all
      ? [{ ...view, besides: ids, expected: total === null ? null : total - ids.length }]
      : named.map((some) => ({ where: `id IN (${some.map((id) => `'${id}'`).join(', ')})`, search: null, marked: null, besides: [], expected: some.length }))
    const counts = await together(matches, async (match) => {
      const { rows } = await said(client.POST(`${DATASET}/edits/bulk`, { params: { path }, body: { ...match, ...what, without: [] } }))
      return { result: rows, acts: rows > 0 ? 1 : 0 }
    })
    return counts.reduce((sum, rows) => sum + rows, 0)
  }

  const travel = async (which: 'undo' | 'redo', from: number[], to: number[]): Promise<JournalStep | null> => {
    const acts = from.pop() ?? 1
    let rows = 0
    let done = 0
    try {
      for (; done < acts; done += 1) {
        const { data } = await client.POST(`${DATASET}/edits/${which}`, { params: { path }, body: { skip_changed: false } })
        rows += data?.rows ?? 0
      }
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 404) {
        from.push(acts - done)
        throw shown(error)
      }
    } finally {
      if (done > 0) {
        to.push(done)
        onChanged()
      }
    }
    return done === 0 ? null : { says: `${which === 'undo' ? 'Undone' : 'Made again'}: an edit of ${rowsInWords(rows)}.`, rows: [] }
  }

  return {
    change: async (changes) => {
      const rows = new Map<string, CellChange[]>()
      for (const one of changes) rows.set(one.row, [...(rows.get(one.row) ?? []), one])
      return (await together([...rows], editRow)).flat()
    },
    remove: async (selection) => ({ says: `${rowsInWords(await bulk(selection, { remove: true, set: {} }))} deleted.`, rows: [] }),
    set: (selection, column, value) => bulk(selection, { remove: false, set: { [column]: value } }),
    undo: () => travel('undo', journal.past, journal.future),
    redo: () => travel('redo', journal.future, journal.past),
  }
}

const shown = (error: unknown): Error =>
  error instanceof Problem ? new Error(`${error.what} ${error.fix}`.trim(), { cause: error }) : (error as Error)
