/** Edits are shown at once, sent in the order in which they were made, and taken back where the server refuses them. */

import type { Pages } from './pages'
import type { CellValue, GridEdits, GridRow, JournalStep, RowSelection } from './source'

export interface CellEdit {
  readonly row: GridRow
  readonly column: string
  readonly value: CellValue
}

/** An edit that was refused because the cell is not what its editor saw. */
export interface Conflict {
  readonly mine: CellEdit
  readonly now: GridRow
}

interface Laid {
  readonly value: CellValue
  readonly turn: number
}

export class Optimistic {
  private laid = new Map<string, Map<string, Laid>>()
  private shown = new Map<string, { readonly base: GridRow; readonly row: GridRow }>()
  /** Revisions that our own edits have made, of rows with edits still under way. */
  private revisions = new Map<string, string>()
  private last: Promise<unknown> = Promise.resolve()
  private turns = 0

  constructor(private readonly pages: Pages, private readonly changed: () => void) {}

  /** A row with the edits under way laid over it; the same object for as long as nothing changes. */
  view(base: GridRow): GridRow {
    const laid = this.laid.get(base.id)
    if (!laid) return base
    const known = this.shown.get(base.id)
    if (known?.base === base) return known.row
    const cells = { ...base.cells, ...Object.fromEntries([...laid].map(([column, { value }]) => [column, value])) }
    const row = { ...base, cells, cut: base.cut?.filter((column) => !laid.has(column)) }
    this.shown.set(base.id, { base, row })
    return row
  }

  /** The columns of a row that show something the server has not confirmed, one a line. */
  pending(row: string): string {
    return [...(this.laid.get(row)?.keys() ?? [])].join('\n')
  }

  /** Makes edits, as one entry of the journal. Resolves to those refused by a conflict; rejects when none could be made. */
  async set(gate: GridEdits, edits: readonly CellEdit[]): Promise<Conflict[]> {
    const turn = (this.turns += 1)
    for (const edit of edits) this.lay(edit, turn)
    this.changed()
    try {
      const seen = ({ row }: CellEdit) => this.revisions.get(row.id) ?? row.revision
      const outcomes = await this.inTurn(() =>
        gate.change(edits.map((edit) => ({ row: edit.row.id, column: edit.column, value: edit.value, seen: seen(edit) }))),
      )
      for (const { row, conflict, now } of outcomes) if (!conflict) this.revisions.set(row, now.revision)
      this.pages.patch(outcomes.map(({ now }) => now))
      return outcomes.filter(({ conflict }) => conflict).map((outcome) => ({ mine: made(edits, outcome), now: outcome.now }))
    } finally {
      for (const edit of edits) this.lift(edit, turn)
      this.changed()
    }
  }

  async remove(gate: GridEdits, selection: RowSelection): Promise<JournalStep> {
    const step = await this.inTurn(() => gate.remove(selection))
    this.pages.refresh()
    return step
  }

  /** Takes the last entry of the journal back, or makes it again, once the edits under way have arrived. */
  async step(gate: GridEdits, which: 'undo' | 'redo'): Promise<JournalStep | null> {
    const step = await this.inTurn(() => gate[which]())
    if (step) {
      this.pages.patch(step.rows)
      this.pages.refresh()
    }
    return step
  }

  private inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.last.then(task, task)
    this.last = turn
    return turn
  }

  private lay({ row, column, value }: CellEdit, turn: number): void {
    const laid = this.laid.get(row.id) ?? new Map<string, Laid>()
    laid.set(column, { value, turn })
    this.laid.set(row.id, laid)
    this.shown.delete(row.id)
  }

  /** A later edit of the same cell stays. */
  private lift({ row, column }: CellEdit, turn: number): void {
    const laid = this.laid.get(row.id)
    if (laid?.get(column)?.turn === turn) laid.delete(column)
    this.shown.delete(row.id)
    if (laid?.size) return
    this.laid.delete(row.id)
    this.revisions.delete(row.id)
  }
}

function made(edits: readonly CellEdit[], { row, column }: { readonly row: string; readonly column: string }): CellEdit {
  const edit = edits.find((other) => other.row.id === row && other.column === column)
  if (!edit) throw new Error(`The answer speaks of ${column} in row ${row}, which was not edited.`)
  return edit
}
