/** Rows from memory for tests: a source that answers when told to, and edits that are kept. */

import type { CellChange, ChangeOutcome, GridEdits, GridPage, GridRow, GridSource, JournalStep } from './source'

export function madeRow(n: number): GridRow {
  return { id: `r${n}`, revision: 'v1', cells: { name: `row ${n}`, score: (n % 10) / 10, done: n % 2 === 0, tags: ['a', 'b'] } }
}

interface Asked {
  readonly start: number
  readonly signal: AbortSignal
  answer(): void
  fail(error: Error): void
}

/** A source whose pages arrive when the test answers them. */
export class SlowSource implements GridSource {
  readonly asked: Asked[] = []
  matching = ''

  constructor(readonly length: number, private readonly total: number | null = length, private readonly make = madeRow) {}

  page(start: number, limit: number, signal: AbortSignal): Promise<GridPage> {
    return new Promise((resolve, reject) => {
      const rows = Array.from({ length: Math.max(0, Math.min(limit, this.length - start)) }, (_, n) => this.make(start + n))
      signal.addEventListener('abort', () => { reject(signal.reason as Error) })
      this.asked.push({ start, signal, answer: () => { resolve({ rows, total: this.total }) }, fail: reject })
    })
  }

  row(id: string): Promise<GridRow> {
    return Promise.resolve(this.make(Number(id.slice(1))))
  }

  answerAll(): void {
    for (const asked of this.asked.splice(0)) asked.answer()
  }

  starts(): number[] {
    return this.asked.map(({ start }) => start)
  }
}

/** A source over an array, with a journal. */
export class ListRows implements GridSource, GridEdits {
  matching = ''
  readonly calls: (readonly CellChange[])[] = []
  private past: GridRow[][] = []
  private future: GridRow[][] = []

  constructor(public rows: GridRow[]) {}

  page(start: number, limit: number): Promise<GridPage> {
    return Promise.resolve({ rows: this.rows.slice(start, start + limit), total: this.rows.length })
  }

  row(id: string): Promise<GridRow> {
    return Promise.resolve(this.of(id))
  }

  change(changes: readonly CellChange[]): Promise<ChangeOutcome[]> {
    this.calls.push(changes)
    this.past.push(this.rows)
    const before = new Map(this.rows.map((row) => [row.id, row.revision]))
    return Promise.resolve(changes.map((change) => {
      const conflict = change.seen !== before.get(change.row)
      if (!conflict) this.write(change)
      return { row: change.row, column: change.column, conflict, now: this.of(change.row) }
    }))
  }

  remove({ all, rows }: { readonly all: boolean; readonly rows: ReadonlySet<string> }): Promise<JournalStep> {
    this.past.push(this.rows)
    this.rows = this.rows.filter(({ id }) => all === rows.has(id))
    return Promise.resolve({ says: 'Rows deleted', rows: [] })
  }

  undo(): Promise<JournalStep | null> {
    return Promise.resolve(this.travel(this.past, this.future, 'Undone'))
  }

  redo(): Promise<JournalStep | null> {
    return Promise.resolve(this.travel(this.future, this.past, 'Made again'))
  }

  private travel(from: GridRow[][], to: GridRow[][], says: string): JournalStep | null {
    const rows = from.pop()
    if (!rows) return null
    to.push(this.rows)
    this.rows = rows
    return { says, rows: [] }
  }

  private write({ row, column, value }: CellChange): void {
    this.rows = this.rows.map((old) =>
      old.id === row ? { ...old, cells: { ...old.cells, [column]: value }, revision: `v${Number(old.revision.slice(1)) + 1}` } : old)
  }

  private of(id: string): GridRow {
    const row = this.rows.find((other) => other.id === id)
    if (!row) throw new Error(`There is no row ${id}.`)
    return row
  }
}
