import { useRef, type MouseEvent, type PointerEvent } from 'react'
import { HEADER, type Cell } from '@/core/grid/selection'

interface Parts {
  readonly head: Cell
  goTo(cell: Cell, extend?: boolean): void
  selectRow(row: number, extend: boolean): void
  edit(cell: Cell): void
  open(cell: Cell): void
}

/** Which cell an element of the body belongs to, read from its place; column -1 is the number of the row. */
function cellOf(grid: Element, target: EventTarget | null): Cell | null {
  const cell = target instanceof Element ? target.closest('[role=gridcell], [role=rowheader]') : null
  const row = cell?.closest('[role=row]')
  if (!cell || !row || !grid.contains(cell)) return null
  return { row: Number(row.getAttribute('aria-rowindex')) - 2, column: Number(cell.getAttribute('aria-colindex')) - 2 }
}

/** Mouse and fingers. Dragging within one cell selects its text; dragging into another one makes a range of cells. A finger scrolls, and taps. */
export function usePointer({ head, goTo, selectRow, edit, open }: Parts) {
  const pressed = useRef<Cell | null>(null)

  const pick = (grid: Element, target: EventTarget | null, shift: boolean): Cell | null => {
    const cell = cellOf(grid, target)
    if (!cell || cell.row === HEADER) return null
    if (cell.column < 0) selectRow(cell.row, shift)
    else goTo(cell, shift)
    return cell.column < 0 ? null : cell
  }

  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      pressed.current = null
      if (event.button !== 0 || event.pointerType === 'touch') return
      if (event.shiftKey && cellOf(event.currentTarget, event.target)) {
        event.preventDefault()
        event.currentTarget.focus({ preventScroll: true })
      }
      pressed.current = pick(event.currentTarget, event.target, event.shiftKey)
    },

    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const from = pressed.current
      if (!from || event.buttons !== 1) return
      const to = cellOf(event.currentTarget, event.target)
      const ranging = event.currentTarget.hasAttribute('data-ranging')
      if (!to || to.column < 0 || (!ranging && to.row === from.row && to.column === from.column)) return
      if (to.row === head.row && to.column === head.column) return
      getSelection()?.removeAllRanges()
      event.currentTarget.setAttribute('data-ranging', '')
      goTo(to, true)
    },

    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      pressed.current = null
      event.currentTarget.removeAttribute('data-ranging')
    },

    onClick: (event: MouseEvent<HTMLElement>) => {
      if ((event.nativeEvent as globalThis.PointerEvent).pointerType !== 'touch') return
      const cell = cellOf(event.currentTarget, event.target)
      if (cell && cell.row === head.row && cell.column === head.column) open(cell)
      else pick(event.currentTarget, event.target, false)
    },

    onDoubleClick: (event: MouseEvent<HTMLElement>) => {
      const cell = cellOf(event.currentTarget, event.target)
      if (cell && cell.row > HEADER && cell.column >= 0) edit(cell)
    },
  }
}
