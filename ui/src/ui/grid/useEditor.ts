import { useState } from 'react'
import type { Cell } from '@/core/grid/selection'
import type { GridColumn, GridRow } from '@/core/grid/source'
import { toText } from '@/core/grid/values'
import type { Work } from './useWork'

export interface Editing {
  readonly row: GridRow
  readonly at: Cell
  readonly column: GridColumn
  readonly text: string
  /** Only to be read. */
  readonly fixed: boolean
}

/** Which cell is being edited. */
export function useEditor(work: Work, canEdit: boolean) {
  const [editing, setEditing] = useState<Editing | null>(null)

  const may = (column: GridColumn): boolean => canEdit && column.editable === true

  return {
    editing,
    may,

    /** Opens the editor on what the cell says. Truth values are turned over instead. */
    open: (at: Cell, row: GridRow, column: GridColumn): void => {
      const show = (text: string) => { setEditing({ row, at, column, text, fixed: !may(column) }) }
      if (column.kind === 'boolean' && may(column)) work.write([{ row, column: column.name, value: row.cells[column.name] !== true }])
      else if (row.cut?.includes(column.name)) work.tried(work.textOf(row, column).then(show))
      else show(toText(row.cells[column.name]))
    },

    /** Opens an empty editor, into which the key that was pressed then writes itself: so input methods and dead keys work. */
    type: (at: Cell, row: GridRow, column: GridColumn): void => {
      if (may(column)) setEditing({ row, at, column, text: '', fixed: false })
    },

    close: () => { setEditing(null) },
  }
}

export type Editor = ReturnType<typeof useEditor>
