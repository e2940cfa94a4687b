import { memo, type ReactNode } from 'react'
import type { PlacedColumn } from '@/core/grid/columns'
import type { GridRow as Row } from '@/core/grid/source'
import { formatNumber } from '@/core/grid/values'
import { CellContent } from './CellContent'

export interface RowProps {
  readonly grid: string
  readonly index: number
  readonly row: Row | undefined
  readonly pinned: readonly PlacedColumn[]
  readonly free: readonly PlacedColumn[]
  readonly gutter: number
  readonly pinnedWidth: number
  readonly lines: number
  readonly selected: boolean
  /** The columns of the range in this row; -1 without. */
  readonly from: number
  readonly to: number
  /** The column of the cursor; -1 without. */
  readonly cursor: number
  readonly find: string
  /** Columns with edits that are not confirmed, joined. */
  readonly pending: string
  /** Kept alive beyond the screen because the cursor is in it. */
  readonly away: boolean
  /** The editor, in the cell with the cursor. */
  readonly editor: ReactNode
}

export const cellId = (grid: string, row: number, column: number): string => `${grid}-${row}-${column}`

/** One row. It handles no events: the grid reads from the cell which one was meant. */
export const GridRow = memo(function GridRow(props: RowProps) {
  const { index, row, pinned, free, gutter, pinnedWidth, selected, away, editor } = props
  return (
    <div
      role="row"
      className="grid-row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      aria-busy={row ? undefined : true}
      data-away={away || undefined}
      data-editing={editor ? true : undefined}
    >
      <div role="presentation" className="grid-pinned" style={{ width: gutter + pinnedWidth }}>
        <div role="rowheader" className="grid-gutter" aria-colindex={1} style={{ width: gutter }}>
          <span className="grid-check" aria-hidden="true" />
          <span className="grid-number">{formatNumber(index + 1)}</span>
        </div>
        {pinned.map((placed) => <Cell key={placed.column.name} {...props} placed={placed} left={gutter + placed.left} />)}
      </div>
      {free.map((placed) => <Cell key={placed.column.name} {...props} placed={placed} left={gutter + pinnedWidth + placed.left} />)}
    </div>
  )
})

interface CellProps extends RowProps {
  readonly placed: PlacedColumn
  readonly left: number
}

function Cell({ grid, index, row, placed, left, lines, from, to, cursor, find, pending, editor }: CellProps) {
  const { column, index: at, width } = placed
  const here = cursor === at
  return (
    <div
      role="gridcell"
      id={cellId(grid, index, at)}
      className="grid-cell"
      data-kind={column.kind}
      data-cursor={here || undefined}
      data-pending={(pending !== '' && pending.split('\n').includes(column.name)) || undefined}
      aria-colindex={at + 2}
      aria-selected={at >= from && at <= to}
      aria-readonly={column.editable ? undefined : true}
      style={{ left, width }}
    >
      {row ? (
        <span className="grid-value">
          <CellContent column={column} value={row.cells[column.name]} cut={row.cut?.includes(column.name) ?? false} find={find} lines={lines} />
        </span>
      ) : <span className="grid-awaited" />}
      {here && editor}
    </div>
  )
}
