import { useCallback, useState } from 'react'
import { moved, type Move } from '@/core/grid/moves'
import { HEADER, single, type Cell, type CellRange } from '@/core/grid/selection'
import type { Scroller } from './scroller'

/** The cursor and the range it spans, kept within the rows and columns there are. */
export function useCursor(scroller: Scroller, start: Cell, rows: number, columns: number) {
  const [kept, setRange] = useState<CellRange>(single(start))
  const within = ({ row, column }: Cell): Cell => ({
    row: rows ? Math.max(HEADER, Math.min(row, rows - 1)) : HEADER,
    column: Math.max(0, Math.min(column, columns - 1)),
  })
  const range = { anchor: within(kept.anchor), head: within(kept.head) }

  const goTo = useCallback((cell: Cell, extend = false): void => {
    setRange(({ anchor }) => (extend && cell.row > HEADER && anchor.row > HEADER ? { anchor, head: cell } : single(cell)))
    if (cell.row > HEADER) scroller.revealRow(cell.row)
    scroller.revealColumn(cell.column)
  }, [scroller])

  const move = (move: Move, extend = false): void => {
    const { viewport, header, rowHeight } = scroller.extent
    const page = Math.max(1, Math.floor((viewport - header) / rowHeight) - 1)
    const to = moved(range.head, move, { rows, columns, page })
    goTo(extend && to.row === HEADER ? range.head : to, extend)
    if (move === 'first' || move === 'start') scroller.revealStart()
  }

  return { range, setRange, goTo, move }
}

export type Cursor = ReturnType<typeof useCursor>
