/** Where the cursor goes. */

import { HEADER, type Cell } from './selection'

export type Move =
  | 'up' | 'down' | 'left' | 'right' | 'top' | 'bottom' | 'first' | 'last' | 'start' | 'end' | 'pageUp' | 'pageDown' | 'next' | 'previous'

export interface Bounds {
  readonly rows: number
  readonly columns: number
  /** Rows on one screen. */
  readonly page: number
}

export function moved(cell: Cell, move: Move, { rows, columns, page }: Bounds): Cell {
  const { row, column } = cell
  const at = (r: number, c: number): Cell => ({
    row: Math.max(HEADER, Math.min(r, rows - 1)),
    column: Math.max(0, Math.min(c, columns - 1)),
  })
  switch (move) {
    case 'up': return at(row - 1, column)
    case 'down': return at(row + 1, column)
    case 'left': return at(row, column - 1)
    case 'right': return at(row, column + 1)
    case 'top': return at(Math.min(0, rows - 1), column)
    case 'bottom': return at(rows - 1, column)
    case 'first': return at(row, 0)
    case 'last': return at(row, columns - 1)
    case 'start': return at(Math.min(0, rows - 1), 0)
    case 'end': return at(rows - 1, columns - 1)
    case 'pageUp': return at(Math.max(row < 0 ? HEADER : 0, row - page), column)
    case 'pageDown': return at(row + page, column)
    case 'next': return column + 1 < columns || row + 1 >= rows ? at(row, column + 1) : at(row + 1, 0)
    case 'previous': return column > 0 || row <= 0 ? at(row, column - 1) : at(row - 1, columns - 1)
  }
}
