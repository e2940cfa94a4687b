import { expect, it } from 'vitest'
import { clashes } from '../hotkeys'
import { gridCommands, writes, type GridCommand } from './commands'

it('no key of the grid means two things', () => {
  const ids = Object.keys(gridCommands) as GridCommand[]
  expect(ids.filter((id) => gridCommands[id].keys.some((keys) => clashes(id, keys).length > 0))).toEqual([])
})

const press = (key: string, held: { ctrlKey?: boolean; altKey?: boolean } = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...held })

it('characters write, keys of an input method too; shortcuts and named keys do not', () => {
  expect(['a', 'é', '😀', 'Process', 'Dead'].map((key) => writes(press(key)))).toEqual([true, true, true, true, true])
  expect(['F5', 'Shift', 'CapsLock'].map((key) => writes(press(key)))).toEqual([false, false, false])
  expect(writes(press('a', { ctrlKey: true }))).toBe(false)
  expect(writes(press('@', { ctrlKey: true, altKey: true }))).toBe(true) // AltGr
})
