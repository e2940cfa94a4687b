import { act, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Toaster } from './Toaster'
import { dismiss, shownToasts, toast } from './toasts'

beforeEach(() => {
  vi.useFakeTimers()
  render(<Toaster />)
})
afterEach(() => {
  act(() => {
    shownToasts().forEach(({ id }) => {
      dismiss(id)
    })
  })
  vi.useRealTimers()
})

function said(...how: Parameters<typeof toast>) {
  act(() => {
    toast(...how)
  })
}
const after = (ms: number) => {
  act(() => {
    vi.advanceTimersByTime(ms)
  })
}

it('goes after a while, and not while it is pointed at', () => {
  said('Saved.')
  fireEvent.pointerEnter(screen.getByText('Saved.'))
  after(10_000)
  fireEvent.pointerLeave(screen.getByText('Saved.'))
  after(5_000)
  expect(screen.getByText('Saved.')).toBeVisible()
  after(1_001)
  expect(screen.queryByText('Saved.')).toBeNull()
})

it('stays when it is an error or offers an act', () => {
  const undo = vi.fn()
  said('It broke.', { tone: 'bad' })
  said('Deleted.', { action: { label: 'Undo', run: undo } })
  after(60_000)
  expect(screen.getByRole('alert')).toHaveTextContent('Error. It broke.')
  fireEvent.click(screen.getByRole('button', { name: 'Undo' }))
  expect(undo).toHaveBeenCalledTimes(1)
  expect(screen.queryByText('Deleted.')).toBeNull()
})

it('shows the latest three', () => {
  for (const text of ['one', 'two', 'three', 'four']) said(text)
  expect(shownToasts().map(({ text }) => text)).toEqual(['two', 'three', 'four'])
})
