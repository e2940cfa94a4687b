import { act, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { IconButton } from './IconButton'
import { placeOf } from './tip'
import { Tooltips } from './Tooltips'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const shown = () => document.querySelector('[data-tooltip]')?.textContent
const after = (ms: number) => {
  act(() => {
    vi.advanceTimersByTime(ms)
  })
}

it('shows what is pointed at after a while, and goes with Esc', () => {
  render(
    <>
      <IconButton label="Undo" keys="Ctrl+Z">
        <i />
      </IconButton>
      <Tooltips />
    </>,
  )
  fireEvent.pointerOver(screen.getByRole('button', { name: 'Undo' }))
  after(300)
  expect(shown()).toBeUndefined()
  after(200)
  expect(shown()).toBe('UndoCtrlZ')
  fireEvent.keyDown(document.body, { key: 'Escape' })
  after(0)
  expect(shown()).toBeUndefined()
})

it('goes when something else is pointed at, and never shows by touch', () => {
  render(
    <>
      <IconButton label="Undo">
        <i />
      </IconButton>
      <Tooltips />
    </>,
  )
  const button = screen.getByRole('button')
  fireEvent.pointerOver(button)
  after(500)
  fireEvent.pointerOver(document.body)
  after(200)
  expect(shown()).toBeUndefined()
  fireEvent(button, Object.assign(new MouseEvent('pointerover', { bubbles: true }), { pointerType: 'touch' }))
  after(500)
  expect(shown()).toBeUndefined()
})

it('stays in the window', () => {
  const size = { width: 100, height: 20 }
  const window = { width: 400, height: 300 }
  const at = (left: number, top: number) => ({ left, top, width: 28, height: 28 })
  expect(placeOf('bottom', at(100, 100), size, window)).toEqual({ left: 64, top: 134 })
  expect(placeOf('bottom', at(100, 270), size, window)).toEqual({ left: 64, top: 244 })
  expect(placeOf('top', at(100, 5), size, window)).toEqual({ left: 64, top: 39 })
  expect(placeOf('right', at(380, 100), size, window)).toEqual({ left: 292, top: 104 })
  expect(placeOf('left', at(0, 100), size, window)).toEqual({ left: 8, top: 104 })
})
