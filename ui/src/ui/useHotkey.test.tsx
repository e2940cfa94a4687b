import { render } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { boundCommands, listen, run } from '@/core/hotkeys'
import { useHotkey } from './useHotkey'

let leave: () => void
beforeEach(() => {
  leave = listen(window)
})
afterEach(() => {
  leave()
})

function Undoing({ act, enabled }: { act: () => void; enabled: boolean }) {
  useHotkey('edit.undo', act, { enabled })
  return null
}

it('binds while it is shown and enabled, and runs the latest act', () => {
  const [first, second] = [vi.fn(), vi.fn()]
  const { rerender, unmount } = render(<Undoing act={first} enabled={false} />)
  expect(boundCommands()).toEqual([])
  rerender(<Undoing act={first} enabled />)
  rerender(<Undoing act={second} enabled />)
  run('edit.undo')
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([0, 1])
  unmount()
  expect(boundCommands()).toEqual([])
})
