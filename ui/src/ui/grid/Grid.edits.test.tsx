import { createEvent, fireEvent, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, it, vi } from 'vitest'
import { ListRows, madeRow } from '@/core/grid/testing'
import { acted, active, cell, opened, Page, prepare, saved } from './testing'

beforeEach(prepare)

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

