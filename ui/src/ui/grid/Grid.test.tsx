import { act, createEvent, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { createRef, useState } from 'react'
import { beforeEach, expect, it, vi } from 'vitest'
import { EMPTY_LAYOUT, fitLayout, pinColumn } from '@/core/grid/columns'
import { NO_ROWS, selectionInWords } from '@/core/grid/selection'
import type { GridColumn, GridSort, GridSource } from '@/core/grid/source'
import { ListRows, madeRow, SlowSource } from '@/core/grid/testing'
import { Grid } from './Grid'
import type { GridHandle, GridProps } from './props'

const columns: GridColumn[] = [
  { name: 'name', kind: 'text', editable: true, sortable: true },
  { name: 'score', kind: 'score', editable: true, sortable: true, histogram: { bins: [{ label: 'low', count: 3 }, { label: 'high', count: 5 }] } },
  { name: 'done', kind: 'boolean', editable: true },
  { name: 'tags', kind: 'tags' },
]

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600)
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1000)
})

const acted = vi.fn<(act: string, row: number, column: string) => void>()
const picked = vi.fn<(column: string, bin: number) => void>()

function Page(props: Partial<GridProps> & { readonly source: GridSource }) {
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

async function opened(props: Partial<GridProps> = {}, length = 20) {
  acted.mockClear()
  const list = new ListRows(Array.from({ length }, (_, n) => madeRow(n)))
  const user = userEvent.setup()
  render(<Page source={list} edits={list} {...props} />)
  const grid = screen.getByRole('grid', { name: 'Rows' })
  await screen.findByText('row 0')
  act(() => { grid.focus() })
  return { list, user, grid }
}

const cell = (row: number, column: number) => document.querySelector(`[aria-rowindex="${row + 2}"] [aria-colindex="${column + 2}"]`) as HTMLElement
const active = (grid: HTMLElement) => document.getElementById(grid.getAttribute('aria-activedescendant') ?? '')
const saved = (list: ListRows, row: number) => list.rows[row]?.cells

it('tells how large it is, and where the cursor is', async () => {
  const { grid, user } = await opened()
  expect(grid).toHaveAttribute('aria-rowcount', '21')
  expect(grid).toHaveAttribute('aria-colcount', '5')
  expect(active(grid)).toBe(cell(0, 0))
  await user.keyboard('{ArrowDown}{ArrowRight}')
  expect(active(grid)).toBe(cell(1, 1))
})

it('has only the rows and columns near the screen, and the cell with the cursor', async () => {
  const many: GridColumn[] = [...columns, ...Array.from({ length: 60 }, (_, n): GridColumn => ({ name: `m${n}`, kind: 'number' }))]
  const { grid, user } = await opened({ columns: many }, 5000)
  expect(screen.getAllByRole('row').length).toBeLessThan(40)
  expect(within(grid).getAllByRole('columnheader').length).toBeLessThan(20)
  fireEvent.wheel(grid, { deltaY: 20_000 })
  await waitFor(() => { expect(cell(720, 0)).toBeInTheDocument() })
  expect(active(grid)).toBe(cell(0, 0))
  await user.keyboard('{Control>}{End}{/Control}')
  await waitFor(() => { expect(active(grid)).toBe(cell(4999, 63)) })
})

it('extends a range with Shift, and Escape makes it one cell again', async () => {
  const { user } = await opened()
  await user.keyboard('{Shift>}{ArrowDown}{ArrowRight}{/Shift}')
  const chosen = () => screen.getAllByRole('gridcell', { selected: true }).map((found) => found.id.split('-').slice(-2).join(','))
  expect(chosen()).toEqual(['0,0', '0,1', '1,0', '1,1'])
  await user.keyboard('{Escape}')
  expect(screen.queryAllByRole('gridcell', { selected: true })).toEqual([])
})

it('edits in place: Enter keeps, goes down and gives the focus back', async () => {
  const { list, user, grid } = await opened()
  await user.keyboard('{Enter}')
  const field = screen.getByRole('textbox', { name: 'Edit name' })
  expect(field).toHaveValue('row 0')
  await user.clear(field)
  await user.keyboard('new{Enter}')
  expect(cell(0, 0)).toHaveTextContent('new')
  expect([grid, active(grid)]).toEqual([document.activeElement, cell(1, 0)])
  await waitFor(() => { expect(saved(list, 0)).toHaveProperty('name', 'new') })
})

it('Escape forgets what was typed', async () => {
  const { list, user, grid } = await opened()
  await user.keyboard('{F2}more{Escape}')
  expect([list.calls, document.activeElement]).toEqual([[], grid])
})

it('typing begins an edit with what was typed, Tab goes on to the next cell', async () => {
  const { list, user, grid } = await opened()
  await user.keyboard('{ArrowRight}0.5{Tab}')
  expect(active(grid)).toBe(cell(0, 2))
  await waitFor(() => { expect(saved(list, 0)).toHaveProperty('score', 0.5) })
})

it('letters of shortcuts are no typing; of two-stroke shortcuts neither', async () => {
  const { user } = await opened()
  await user.keyboard('tce')
  expect(acted.mock.calls).toEqual([['tag', 0, 'name'], ['comment', 0, 'name'], ['editFull', 0, 'name']])
  expect(screen.queryByRole('textbox')).toBeNull()
})

it('says what is wrong with a value, and stays', async () => {
  const { list, user } = await opened()
  await user.keyboard('{ArrowRight}{Enter}high{Enter}')
  expect(screen.getByRole('alert')).toHaveTextContent('“0high” is no number')
  expect(screen.getByRole('textbox')).toHaveAttribute('aria-invalid', 'true')
  expect(list.calls).toEqual([])
})

it('Enter belongs to the input method while a word is being composed', async () => {
  const { user } = await opened()
  await user.keyboard('{Enter}')
  fireEvent.keyDown(screen.getByRole('textbox'), { key: 'Enter', isComposing: true })
  expect(screen.getByRole('textbox')).toBeInTheDocument()
})

it('turns truth values over', async () => {
  const { list, user } = await opened()
  await user.keyboard('{ArrowRight}{ArrowRight}{Enter}')
  await waitFor(() => { expect(saved(list, 0)).toHaveProperty('done', false) })
})

it('a text that is cut is fetched whole before it is edited', async () => {
  const list = new ListRows([{ ...madeRow(0), cut: ['name'] }])
  vi.spyOn(list, 'row').mockResolvedValue({ ...madeRow(0), cells: { name: 'the whole of it' } })
  const user = userEvent.setup()
  render(<Page source={list} edits={list} />)
  await screen.findByText('row 0…')
  await user.tab()
  await user.keyboard('{Enter}')
  expect(await screen.findByRole('textbox')).toHaveValue('the whole of it')
})

it('what cannot be edited can be read whole', async () => {
  const { user, grid } = await opened()
  expect(cell(0, 3)).toHaveAttribute('aria-readonly', 'true')
  await user.keyboard('{End}{Enter}')
  expect(screen.getByRole('textbox', { name: 'tags' })).toHaveAttribute('readonly')
  await user.keyboard('{Escape}z')
  expect([screen.queryByRole('textbox'), document.activeElement]).toEqual([null, grid])
})

it('a conflict shows both values and lets one choose', async () => {
  const { list, user } = await opened()
  list.rows = list.rows.map((row) => (row.id === 'r0' ? { ...row, revision: 'v9', cells: { ...row.cells, name: 'theirs' } } : row))
  await user.keyboard('{F2}!{Enter}')
  await screen.findByText('Someone else has changed this cell to “theirs”. Yours was “row 0!”.')
  expect(cell(0, 0)).toHaveTextContent('theirs')
  await user.click(screen.getByRole('button', { name: 'Use mine' }))
  await waitFor(() => { expect(saved(list, 0)).toHaveProperty('name', 'row 0!') })
})

it('an edit that fails is taken back and can be tried again', async () => {
  const { list, user } = await opened()
  vi.spyOn(list, 'change').mockRejectedValueOnce(new Error('The disk is full.'))
  await user.keyboard('{F2}!{Enter}')
  await screen.findByText('The disk is full.')
  expect(cell(0, 0)).toHaveTextContent('row 0')
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  await waitFor(() => { expect(saved(list, 0)).toHaveProperty('name', 'row 0!') })
})

function clipboard(grid: HTMLElement, kind: 'copy' | 'paste', text = ''): { text: string; prevented: boolean } {
  const held = { text }
  const data = { setData: (_: string, given: string) => { held.text = given }, getData: () => text }
  const event = createEvent[kind](grid, { clipboardData: data })
  fireEvent(grid, event)
  return { text: held.text, prevented: event.defaultPrevented }
}

it('copies, pastes, undoes and makes again', async () => {
  const { list, user, grid } = await opened()
  await user.keyboard('{Shift>}{ArrowDown}{ArrowRight}{/Shift}')
  expect(clipboard(grid, 'copy')).toEqual({ text: 'row 0\t0\nrow 1\t0.1', prevented: true })
  await user.keyboard('{Escape}{Control>}{ArrowUp}{/Control}{ArrowDown}{ArrowDown}{ArrowLeft}')
  clipboard(grid, 'paste', 'a\t0.9\nb\t0.8')
  await screen.findByText('Pasted into 2 rows.')
  expect([saved(list, 2), saved(list, 3)]).toMatchObject([{ name: 'a', score: 0.9 }, { name: 'b', score: 0.8 }])
  await user.keyboard('{Control>}z{/Control}')
  await waitFor(() => { expect(saved(list, 2)).toHaveProperty('name', 'row 2') })
  await user.keyboard('{Control>}{Shift>}z{/Shift}{/Control}')
  await waitFor(() => { expect(saved(list, 2)).toHaveProperty('name', 'a') })
})

it('says how much of what was pasted did not fit', async () => {
  const { list, user, grid } = await opened()
  await user.keyboard('{Control>}{ArrowDown}{/Control}')
  clipboard(grid, 'paste', 'a\nb\nc')
  await screen.findByText('2 rows did not fit below the last row.')
  await waitFor(() => { expect(saved(list, 19)).toHaveProperty('name', 'a') })
})

it('fills down from the cell above, clears, deletes', async () => {
  const { list, user } = await opened()
  await user.keyboard('{ArrowDown}{Control>}d{/Control}')
  await waitFor(() => { expect(saved(list, 1)).toHaveProperty('name', 'row 0') })
  await user.keyboard('{Delete}')
  await waitFor(() => { expect(saved(list, 1)).toHaveProperty('name', null) })
  await user.keyboard('{Control>}{Delete}{/Control}')
  await waitFor(() => { expect(list.rows).toHaveLength(19) })
  expect(await screen.findByText('Rows deleted')).toBeInTheDocument()
})

it('selects rows: one, up to one, all but some, and deletes by the predicate', async () => {
  const { list, user } = await opened()
  const said = screen.getByText('No rows selected')
  await user.keyboard('x{ArrowDown}{ArrowDown}{Shift>}x{/Shift}')
  await waitFor(() => { expect(said).toHaveTextContent('3 rows selected') })
  await user.keyboard('{Control>}a{/Control}x')
  expect(said).toHaveTextContent('All 20 rows that match, minus 1')
  await user.keyboard('{Control>}{Delete}{/Control}')
  await waitFor(() => { expect(list.rows.map(({ id }) => id)).toEqual(['r2']) })
  expect(said).toHaveTextContent('No rows selected')
})

it('clicking the number of a row selects it, and the corner all', async () => {
  const { user } = await opened()
  const said = screen.getByText('No rows selected')
  await user.click(screen.getAllByRole('rowheader')[3] as HTMLElement)
  expect(said).toHaveTextContent('1 row selected')
  await user.click(screen.getByRole('button', { name: 'Select all rows that match' }))
  expect(said).toHaveTextContent('All 20 rows that match')
})

it('"all that match" ends with the filter it was said of', async () => {
  const list = new ListRows([madeRow(0)])
  const user = userEvent.setup()
  const page = (matching: string) => <Page source={Object.assign(new ListRows([madeRow(0)]), { matching })} edits={list} />
  const { rerender } = render(page(''))
  await screen.findByText('row 0')
  await user.tab()
  await user.keyboard('{Control>}a{/Control}')
  rerender(page('score > 1'))
  await waitFor(() => { expect(screen.getByText('No rows selected')).toBeInTheDocument() })
})

it('the header is part of the keyboard: width, order, sort, filter, pin, hide', async () => {
  const { user, grid } = await opened()
  const header = () => screen.getByRole('columnheader', { name: /score/ })
  await user.keyboard('{ArrowUp}{ArrowRight}')
  expect(active(grid)).toBe(header())
  await user.keyboard('{Shift>}{ArrowRight}{/Shift}')
  expect(header()).toHaveStyle({ width: '148px' })
  await user.keyboard('{Control>}{Shift>}{ArrowRight}{/Shift}{/Control}')
  expect(header()).toHaveAttribute('aria-colindex', '4')
  const choose = async (item: string) => {
    await user.keyboard('{Enter}')
    await user.click(await screen.findByRole('menuitem', { name: item }))
    await waitFor(() => { expect(document.activeElement).toBe(grid) })
  }
  await choose('Sort descending')
  expect(header()).toHaveAttribute('aria-sort', 'descending')
  await choose('high (5)')
  expect(picked).toHaveBeenCalledWith('score', 1)
  await choose('Pin to the left')
  expect(header()).toHaveAttribute('aria-colindex', '2')
  await user.keyboard('{Home}')
  await choose('Hide')
  expect(screen.queryByRole('columnheader', { name: /score/ })).toBeNull()
  await choose('Show score')
  expect(header()).toBeInTheDocument()
})

it('Tab goes from cell to cell; after Escape it leaves the grid', async () => {
  const { user, grid } = await opened()
  await user.keyboard('{Tab}')
  expect(active(grid)).toBe(cell(0, 1))
  await user.keyboard('{Shift>}{Tab}{/Shift}')
  expect(active(grid)).toBe(cell(0, 0))
  await user.keyboard('{Escape}{Tab}')
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'After' }))
  expect(acted.mock.calls).toEqual([['leave', 0, 'name']])
})

it('looks for text where the source says, and Escape closes the search', async () => {
  const find = vi.fn(() => Promise.resolve({ row: 7, column: 'score' }))
  const list = Object.assign(new ListRows(Array.from({ length: 20 }, (_, n) => madeRow(n))), { find })
  const { user, grid } = await opened({ source: list })
  await user.keyboard('{Control>}f{/Control}0.7{Enter}')
  await waitFor(() => { expect(active(grid)).toBe(cell(7, 1)) })
  expect(find).toHaveBeenCalledWith('0.7', { row: 0, column: 'name' }, false, expect.any(AbortSignal))
  await user.keyboard('{Escape}')
  expect([screen.queryByRole('search'), document.activeElement]).toEqual([null, grid])
})

it('without a source that finds, Ctrl+F is the browser’s', async () => {
  const { grid } = await opened()
  expect(fireEvent.keyDown(grid, { key: 'f', ctrlKey: true })).toBe(true)
})

it('shows what to do when there are no rows', async () => {
  render(<Page source={new ListRows([])} empty="Nothing yet" />)
  expect(await screen.findByText('Nothing yet')).toBeInTheDocument()
  expect(screen.getByRole('grid')).toHaveAttribute('aria-rowcount', '1')
})

it('a page that fails says so, and comes when tried again', async () => {
  const source = new SlowSource(20)
  const user = userEvent.setup()
  render(<Page source={source} />)
  await act(async () => {
    source.asked.splice(0).forEach(({ fail }) => { fail(new Error('No answer.')) })
    await Promise.resolve()
  })
  expect(await screen.findByText('No answer.')).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  act(() => { source.answerAll() })
  expect(await screen.findByText('row 3')).toBeInTheDocument()
})

it('can be led: to a row, to a column, to new rows', async () => {
  const handle = createRef<GridHandle>()
  const { list, grid } = await opened({ handle }, 3000)
  act(() => { handle.current?.goTo(2500, 'done') })
  await waitFor(() => { expect(active(grid)).toBe(cell(2500, 2)) })
  expect(await handle.current?.idAt(2501)).toBe('r2501')
  list.rows = list.rows.slice(0, 10)
  act(() => { handle.current?.refresh() })
  await waitFor(() => { expect(grid).toHaveAttribute('aria-rowcount', '11') })
})

it('pinned columns stand in the part that stays', async () => {
  const list = new ListRows([madeRow(0)])
  render(<Page source={list} layout={pinColumn(fitLayout(EMPTY_LAYOUT, columns), 'done', true)} />)
  await screen.findByText('row 0')
  expect(cell(0, 0).parentElement).toHaveClass('grid-pinned')
  expect(cell(0, 0)).toHaveTextContent('true')
})
