import type { ReactNode, Ref } from 'react'
import type { ColumnLayout } from '@/core/grid/columns'
import type { RowHeight } from '@/core/grid/scroll'
import type { CellPlace, GridColumn, GridEdits, GridSort, GridSource, RowSelection } from '@/core/grid/source'

/** What is done elsewhere: the row drawer, its editor, tags and comments. `leave` is an Escape that the grid has no use for. */
export type GridAct = 'open' | 'editFull' | 'tag' | 'comment' | 'leave'

export interface GridTarget extends CellPlace {
  /** Undefined while the row has not arrived. */
  readonly id: string | undefined
}

export interface GridHandle {
  focus(): void
  /** Puts the cursor on a row (from 0), and on a column where one is named. */
  goTo(row: number, column?: string): void
  /** The id of the row at a place, fetched when need be; undefined beyond the end. */
  idAt(row: number): Promise<string | undefined>
  /** Fetches the rows again; the old ones are shown meanwhile. */
  refresh(): void
}

export interface GridProps {
  readonly handle?: Ref<GridHandle>
  readonly label: string
  readonly columns: readonly GridColumn[]
  readonly source: GridSource
  /** Without it nothing can be edited. */
  readonly edits?: GridEdits
  readonly layout: ColumnLayout
  onLayout(layout: ColumnLayout): void
  readonly selection: RowSelection
  onSelection(selection: RowSelection): void
  readonly sort?: GridSort | null
  onSort?(sort: GridSort | null): void
  readonly rowHeight?: RowHeight
  /** Where the grid opens; read once. */
  readonly start?: CellPlace
  /** The row at the top, once scrolling has come to rest. */
  onAnchor?(row: number): void
  /** How many rows there are; null while they are being counted. */
  onTotal?(total: number | null): void
  onAct?(act: GridAct, target: GridTarget): void
  /** A bar of a histogram was chosen: a filter. */
  onPickBin?(column: string, bin: number): void
  /** Shown when there are no rows. */
  readonly empty?: ReactNode
}
