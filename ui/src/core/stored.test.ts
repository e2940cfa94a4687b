import { beforeEach, expect, it, vi } from 'vitest'
import { shaped, stored } from './stored'

interface Size {
  width: number
}
const size = shaped<Size>({ width: 'number' })

beforeEach(() => {
  localStorage.clear()
})

it('keeps a choice and tells who listens', () => {
  const choice = stored('a', { width: 1 }, size)
  const listener = vi.fn()
  const leave = choice.subscribe(listener)
  choice.set({ width: 2 })
  leave()
  choice.set({ width: 3 })
  expect(listener).toHaveBeenCalledTimes(1)
  expect(choice.get()).toEqual({ width: 3 })
  expect(stored('a', { width: 1 }, size).get()).toEqual({ width: 3 })
})

it.each(['nonsense', '{"width":"wide"}', '7', 'null'])('passes over what it cannot use: %s', (found) => {
  localStorage.setItem('b', found)
  expect(stored('b', { width: 1 }, size).get()).toEqual({ width: 1 })
})

it('follows another tab', () => {
  const choice = stored('c', { width: 1 }, size)
  localStorage.setItem('c', '{"width":9}')
  dispatchEvent(new StorageEvent('storage', { key: 'c' }))
  expect(choice.get()).toEqual({ width: 9 })
})

it('works where storage is closed', () => {
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('closed')
  })
  const choice = stored('d', { width: 1 }, size)
  choice.set({ width: 4 })
  expect(choice.get()).toEqual({ width: 4 })
})
