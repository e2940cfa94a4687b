/** Ranges of cells, and rows selected by predicate. */

import type { RowSelection } from './source'

/** A cell by row (from 0; -1 is the header) and by column among those shown. */
export interface Cell {
  readonly row: number
  readonly column: number
}

export interface CellRange {
  readonly anchor: Cell
  /** Where the cursor is. */
  readonly head: Cell
}

export interface Rectangle {
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}

export const HEADER = -1

export const single = (cell: Cell): CellRange => ({ anchor: cell, head: cell })

export function rectangle({ anchor, head }: CellRange): Rectangle {
  return {
    top: Math.min(anchor.row, head.row),
    bottom: Math.max(anchor.row, head.row),
    left: Math.min(anchor.column, head.column),
    right: Math.max(anchor.column, head.column),
  }
}

export const isSingle = (range: CellRange): boolean => range.anchor.row === range.head.row && range.anchor.column === range.head.column

export const NO_ROWS: RowSelection = { all: false, rows: new Set() }
export const ALL_ROWS: RowSelection = { all: true, rows: new Set() }

export const isSelected = (selection: RowSelection, id: string): boolean => selection.all !== selection.rows.has(id)

export function toggleRow(selection: RowSelection, id: string): RowSelection {
  return selectRows(selection, [id], !isSelected(selection, id))
}

export function selectRows(selection: RowSelection, ids: readonly string[], on: boolean): RowSelection {
  const rows = new Set(selection.rows)
  for (const id of ids) {
    if (on !== selection.all) rows.add(id)
    else rows.delete(id)
  }
  return { all: selection.all, rows }
}

/** How many rows are selected; null when that many are not counted yet. */
export function selectedCount(selection: RowSelection, total: number | null): number | null {
  if (!selection.all) return selection.rows.size
  return total === null ? null : total - selection.rows.size
}

const number = new Intl.NumberFormat('en-US')

export const rowsInWords = (n: number): string => `${number.format(n)} ${n === 1 ? 'row' : 'rows'}`

export function selectionInWords(selection: RowSelection, total: number | null): string {
  if (!selection.all) return selection.rows.size ? `${rowsInWords(selection.rows.size)} selected` : 'No rows selected'
  const whole = total === null ? 'All that match' : `All ${rowsInWords(total)} that match`
  return selection.rows.size ? `${whole}, minus ${number.format(selection.rows.size)}` : whole
}
