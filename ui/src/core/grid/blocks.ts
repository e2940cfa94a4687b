/** What happens to a rectangle of cells at once: copy, paste, fill down, clear. */

import type { CellEdit } from './optimistic'
import type { CellValue, GridColumn, GridRow } from './source'
import { fromTsv, toTsv } from './tsv'
import { fromText, toText } from './values'

/** The most rows that one such act takes; more than that is work for a bulk act on a selection. */
export const BLOCK_ROWS = 10_000

export type Block = { readonly edits: readonly CellEdit[] } | { readonly problem: string }

const label = (column: GridColumn): string => column.label ?? column.name

const fixed = (columns: readonly GridColumn[]): GridColumn | undefined => columns.find((column) => !column.editable)

export const isCut = (row: GridRow, columns: readonly GridColumn[]): boolean => columns.some(({ name }) => row.cut?.includes(name))

export function copyBlock(rows: readonly GridRow[], columns: readonly GridColumn[]): string {
  return toTsv(rows.map((row) => columns.map(({ name }) => toText(row.cells[name]))))
}

/** How many rows and columns a text takes when it is pasted. */
export function pasteSize(text: string): { readonly rows: number; readonly columns: number } {
  const fields = fromTsv(text)
  return { rows: fields.length, columns: Math.max(0, ...fields.map((line) => line.length)) }
}

/** Puts text into rows and columns from the upper left; a single field goes into all of them. Nothing is pasted when one field does not fit. */
export function pasteBlock(text: string, rows: readonly GridRow[], columns: readonly GridColumn[]): Block {
  const fields = fromTsv(text)
  const one = fields.length === 1 && fields[0]?.length === 1 ? fields[0][0] : undefined
  const edits: CellEdit[] = []
  for (const [n, row] of rows.entries()) {
    for (const [m, column] of columns.entries()) {
      const field = one ?? fields[n]?.[m]
      if (field === undefined) continue
      if (!column.editable) return { problem: `${label(column)} cannot be edited. Paste beside it.` }
      const read = fromText(field, column.kind)
      if ('problem' in read) return { problem: `Nothing was pasted: ${label(column)}, line ${n + 1}: ${read.problem}` }
      edits.push({ row, column: column.name, value: read.value })
    }
  }
  return { edits }
}

/** Writes what the first row says into the others. */
export function fillBlock(rows: readonly GridRow[], columns: readonly GridColumn[]): Block {
  const [source, ...others] = rows
  const stays = fixed(columns)
  if (stays) return { problem: `${label(stays)} cannot be edited. Leave it out of the range.` }
  const value = (column: GridColumn): CellValue => source?.cells[column.name] ?? null
  return { edits: others.flatMap((row) => columns.map((column) => ({ row, column: column.name, value: value(column) }))) }
}

export function clearBlock(rows: readonly GridRow[], columns: readonly GridColumn[]): Block {
  const stays = fixed(columns)
  if (stays) return { problem: `${label(stays)} cannot be edited. Leave it out of the range.` }
  const filled = (row: GridRow, { name }: GridColumn) => row.cells[name] !== null && row.cells[name] !== undefined
  return { edits: rows.flatMap((row) => columns.filter((column) => filled(row, column)).map(({ name }) => ({ row, column: name, value: null }))) }
}
