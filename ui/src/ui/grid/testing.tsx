import { act, render, screen } from '@testing-library/react'
import userEvent, { type UserEvent } from '@testing-library/user-event'
import { useState } from 'react'
import { vi } from 'vitest'
import { EMPTY_LAYOUT, fitLayout } from '@/core/grid/columns'
import { NO_ROWS, selectionInWords } from '@/core/grid/selection'
import type { GridColumn, GridSort, GridSource } from '@/core/grid/source'
import { ListRows, madeRow } from '@/core/grid/testing'
import { Grid } from './Grid'
import type { GridProps } from './props'

export const columns: GridColumn[] = [
  { name: 'name', kind: 'text', editable: true, sortable: true },
  { name: 'score', kind: 'score', editable: true, sortable: true, histogram: { bins: [{ label: 'low', count: 3 }, { label: 'high', count: 5 }] } },
  { name: 'done', kind: 'boolean', editable: true },
  { name: 'tags', kind: 'tags' },
]

export const acted = vi.fn<(act: string, row: number, column: string) => void>()
export const picked = vi.fn<(column: string, bin: number) => void>()

vi.setConfig({ testTimeout: 30_000 }) // the machine may be busy

/** Gives the grid a screen, which jsdom has not. */
export function prepare(): void {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600)
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1000)
  acted.mockClear()
}

/** What a page keeps for its grid. */
export function Page(props: Partial<GridProps> & { readonly source: GridSource }) {
  const [layout, setLayout] = useState(fitLayout(EMPTY_LAYOUT, props.columns ?? columns))
  const [selection, setSelection] = useState(NO_ROWS)
  const [sort, setSort] = useState<GridSort | null>(null)
  return (
    <>
      <Grid
        label="Rows"
        columns={columns}
        layout={layout}
        onLayout={setLayout}
        selection={selection}
        onSelection={setSelection}
        sort={sort}
        onSort={setSort}
        onAct={(name, { row, column }) => { acted(name, row, column) }}
        onPickBin={picked}
        {...props}
      />
      <output>{selectionInWords(selection, 20)}</output>
      <button type="button">After</button>
    </>
  )
}

interface Opened {
  readonly list: ListRows
  readonly user: UserEvent
  readonly grid: HTMLElement
}

export async function opened(props: Partial<GridProps> = {}, length = 20): Promise<Opened> {
  const list = new ListRows(Array.from({ length }, (_, n) => madeRow(n)))
  const user = userEvent.setup()
  render(<Page source={list} edits={list} {...props} />)
  const grid = screen.getByRole('grid', { name: 'Rows' })
  await screen.findByText('row 0')
  act(() => { grid.focus() })
  return { list, user, grid }
}

export const cell = (row: number, column: number) =>
  document.querySelector(`[aria-rowindex="${row + 2}"] [aria-colindex="${column + 2}"]`) as HTMLElement

export const active = (grid: HTMLElement) => document.getElementById(grid.getAttribute('aria-activedescendant') ?? '')

export const saved = (list: ListRows, row: number) => list.rows[row]?.cells
