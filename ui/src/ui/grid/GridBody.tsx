import { useMemo, type ReactNode } from 'react'
import type { PlacedColumn, Placement } from '@/core/grid/columns'
import { HEADER, isSelected, isSingle, rectangle, type CellRange } from '@/core/grid/selection'
import type { RowSelection } from '@/core/grid/source'
import { GridRow } from './GridRow'
import type { View } from './scroller'
import type { Editing } from './useEditor'
import type { Rows } from './useRows'

interface Props {
  readonly grid: string
  readonly rows: Rows
  readonly view: View
  readonly total: number
  readonly placement: Placement
  readonly free: readonly PlacedColumn[]
  readonly gutter: number
  readonly rowHeight: number
  readonly range: CellRange
  readonly selection: RowSelection
  readonly find: string
  readonly editing: Editing | null
  readonly editor: ReactNode
}

/** The rows on the screen, and the one with the cursor, wherever it is: so the cell that is active or edited always exists. */
export function GridBody(props: Props) {
  const { grid, rows, view, total, placement, free, gutter, rowHeight, range, selection, find, editing, editor } = props
  const { head } = range
  const box = rectangle(range)
  const several = !isSingle(range)
  const active = placement.all[head.column]
  const withActive = useMemo(() => including(free, active), [free, active])
  const lines = rowHeight < 56 ? 1 : rowHeight < 96 ? 2 : 4
  const end = Math.min(view.first + view.count, total)
  const indexes = Array.from({ length: Math.max(0, end - view.first) }, (_, n) => view.first + n)
  const away = head.row > HEADER && head.row < total && (head.row < view.first || head.row >= end)
  if (away && head.row < view.first) indexes.unshift(head.row)
  else if (away) indexes.push(head.row)

  return indexes.map((index) => {
    const row = rows.row(index)
    const here = index === head.row
    const inside = several && index >= box.top && index <= box.bottom
    return (
      <GridRow
        key={index}
        grid={grid}
        index={index}
        row={row}
        pinned={placement.pinned}
        free={here ? withActive : free}
        gutter={gutter}
        pinnedWidth={placement.pinnedWidth}
        lines={lines}
        selected={row !== undefined && isSelected(selection, row.id)}
        from={inside ? box.left : -1}
        to={inside ? box.right : -2}
        cursor={here ? head.column : -1}
        find={find}
        pending={row ? rows.drafts.pending(row.id) : ''}
        away={away && here}
        editor={here && editing?.at.row === index ? editor : null}
      />
    )
  })
}

function including(free: readonly PlacedColumn[], active: PlacedColumn | undefined): readonly PlacedColumn[] {
  if (!active || active.pinned || free.includes(active)) return free
  return [...free, active].sort((one, other) => one.index - other.index)
}
