/** What the grid asks of whoever has the rows. The page of a dataset implements these over the API; tests over a list. */

export type CellValue = string | number | boolean | null | readonly CellValue[] | { readonly [key: string]: CellValue }

export type CellKind = 'text' | 'number' | 'boolean' | 'tags' | 'score' | 'chat' | 'preference' | 'image' | 'json'

export interface GridRow {
  readonly id: string
  /** Previews: at most 240 characters of each text. */
  readonly cells: Readonly<Record<string, CellValue>>
  /** The columns whose cell is only the beginning of its value. */
  readonly cut?: readonly string[]
  /** What an edit has to have seen; it is another one after each change of the row. */
  readonly revision: string
}

export interface GridPage {
  readonly rows: readonly GridRow[]
  /** How many rows the view has; null while they are still being counted. */
  readonly total: number | null
}

/** A row by its place in the view (from 0), and a column by its name. */
export interface CellPlace {
  readonly row: number
  readonly column: string
}

/** One view: a filter and a sort. Another view is another source; the grid keeps showing the old rows until the new ones have come. */
export interface GridSource {
  /** The filter in words of the source's own. A selection of "all that match" ends when it changes. */
  readonly matching: string
  page(start: number, limit: number, signal: AbortSignal): Promise<GridPage>
  /** The whole row, with nothing cut. */
  row(id: string, signal: AbortSignal): Promise<GridRow>
  /** How many rows there are; asked for only when a page did not say. */
  count?(signal: AbortSignal): Promise<number>
  /** The next cell after (or before) a place that contains a text, around the end; null when none does. */
  find?(text: string, from: CellPlace, backwards: boolean, signal: AbortSignal): Promise<CellPlace | null>
}

export interface CellChange {
  readonly row: string
  readonly column: string
  readonly value: CellValue
  /** The revision that the editor saw. */
  readonly seen: string
}

/** What became of one change. With `conflict` nothing was written, and `now` is the row as someone else left it. */
export interface ChangeOutcome {
  readonly row: string
  readonly column: string
  readonly conflict: boolean
  readonly now: GridRow
}

/** A step of the journal that was taken back or made again. `rows`: those that are known to be different now. */
export interface JournalStep {
  readonly says: string
  readonly rows: readonly GridRow[]
}

/** All rows of the view but `rows`, or just `rows`: a selection is a predicate and never ends at the edge of a page. */
export interface RowSelection {
  readonly all: boolean
  readonly rows: ReadonlySet<string>
}

/** Where edits go. Each call is one entry in the journal; all reject with an error whose message can be shown. */
export interface GridEdits {
  change(changes: readonly CellChange[]): Promise<readonly ChangeOutcome[]>
  remove(selection: RowSelection): Promise<JournalStep>
  /** Null when there is nothing to take back. */
  undo(): Promise<JournalStep | null>
  redo(): Promise<JournalStep | null>
}

export interface HistogramBin {
  readonly label: string
  readonly count: number
}

export interface Histogram {
  readonly bins: readonly HistogramBin[]
  /** Rows have been edited since it was made. */
  readonly stale?: boolean
}

export interface GridColumn {
  readonly name: string
  readonly kind: CellKind
  /** What the header says; the name where it is missing. */
  readonly label?: string
  readonly editable?: boolean
  readonly sortable?: boolean
  readonly histogram?: Histogram
  /** The ends of a score's scale; 0 and 1 where they are missing. */
  readonly scale?: readonly [number, number]
}

export interface GridSort {
  readonly column: string
  readonly descending: boolean
}
