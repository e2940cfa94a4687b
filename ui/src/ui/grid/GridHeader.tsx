import { memo } from 'react'
import type { PlacedColumn, Placement } from '@/core/grid/columns'
import { ALL_ROWS, HEADER, NO_ROWS, type Cell } from '@/core/grid/selection'
import { HeaderCell } from './HeaderCell'
import type { GridProps } from './props'

interface Props {
  readonly props: GridProps
  readonly grid: string
  readonly placement: Placement
  readonly free: readonly PlacedColumn[]
  readonly gutter: number
  readonly height: number
  /** The column of the cursor, when it is in the header; else -1. */
  readonly cursor: number
  readonly menu: string | null
  onMenu(column: string | null): void
  onClosed(): void
  onPick(cell: Cell): void
}

export const GridHeader = memo(function GridHeader(all: Props) {
  const { props, grid, placement, free, gutter, height, cursor, menu, onMenu, onClosed, onPick } = all
  const { selection, onSelection } = props
  const offset = gutter + placement.pinnedWidth

  const cell = (placed: PlacedColumn, left: number) => {
    const near = (by: number) => {
      const other = placement.all[placed.index + by]
      return other?.pinned === placed.pinned ? other.column.name : undefined
    }
    return (
      <HeaderCell
        key={placed.column.name}
        props={props}
        grid={grid}
        placed={placed}
        left={left}
        before={near(-1)}
        after={near(1)}
        cursor={cursor === placed.index}
        menu={menu === placed.column.name}
        onMenu={onMenu}
        onClosed={onClosed}
        onPick={() => { onPick({ row: HEADER, column: placed.index }) }}
      />
    )
  }

  return (
    <div role="rowgroup" className="grid-head" style={{ height }}>
      <div role="row" aria-rowindex={1} className="grid-heads">
        <div role="presentation" className="grid-pinned" style={{ width: offset }}>
          <div role="columnheader" className="grid-corner" aria-colindex={1} style={{ width: gutter }}>
            <button
              type="button"
              tabIndex={-1}
              aria-label={selection.all ? 'Select no rows' : 'Select all rows that match'}
              data-state={selection.all ? (selection.rows.size ? 'some' : 'all') : selection.rows.size ? 'some' : 'none'}
              onClick={() => { onSelection(selection.all ? NO_ROWS : ALL_ROWS) }}
            >
              <span className="grid-check" aria-hidden="true" />
            </button>
          </div>
          {placement.pinned.map((placed) => cell(placed, gutter + placed.left))}
        </div>
        {free.map((placed) => cell(placed, offset + placed.left))}
      </div>
    </div>
  )
})
