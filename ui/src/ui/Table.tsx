import { clsx } from 'clsx'
import type { ReactNode } from 'react'

export interface Column<T> {
  title: string
  cell: (item: T) => ReactNode
  /** Numbers stand at the right, in figures of one width. */
  number?: boolean
  /** Left out where the window is narrow. */
  wide?: boolean
}

export interface TableProps<T> {
  label: string
  items: readonly T[]
  columns: readonly Column<T>[]
  keyOf: (item: T) => string
}

/** A short list with columns. Rows of a dataset belong in the grid. */
export function Table<T>({ label, items, columns, keyOf }: TableProps<T>) {
  const place = ({ number, wide }: Column<T>) =>
    clsx('px-3 py-1', number === true ? 'text-right tabular-nums' : 'text-left', wide === true && 'hidden sm:table-cell')
  return (
    <div className="overflow-x-auto rounded-panel border border-line bg-surface">
      <table aria-label={label} className="w-full border-collapse">
        <thead>
          <tr className="h-8 border-b border-line bg-raised text-label text-muted">
            {columns.map((column) => (
              <th key={column.title} scope="col" className={clsx(place(column), 'font-medium whitespace-nowrap')}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={keyOf(item)} className="h-9 border-b border-line transition-colors last:border-b-0 hover:bg-raised">
              {columns.map((column) => (
                <td key={column.title} className={place(column)}>
                  {column.cell(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
