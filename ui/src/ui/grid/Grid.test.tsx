import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { createRef } from 'react'
import { beforeEach, expect, it, vi } from 'vitest'
import { EMPTY_LAYOUT, fitLayout, pinColumn } from '@/core/grid/columns'
import type { GridColumn } from '@/core/grid/source'
import { ListRows, madeRow, SlowSource } from '@/core/grid/testing'
import type { GridHandle } from './props'
import { acted, active, cell, columns, opened, Page, picked, prepare } from './testing'

beforeEach(prepare)

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
