import { expect, it } from 'vitest'
import { commandOf, GRID_KEYS, spellKey, writes, type KeyPress } from './keys'

function press(keys: string): KeyPress {
  const parts = keys.split('+')
  const has = (name: string) => parts.slice(0, -1).includes(name)
  return { key: parts.at(-1) ?? '', ctrlKey: has('Mod'), metaKey: false, altKey: has('Alt'), shiftKey: has('Shift') }
}

it('each key of the list does what it says, in the place it says', () => {
  for (const { command, keys, header = false } of GRID_KEYS) {
    for (const key of keys) expect(commandOf(press(key), header)).toEqual({ command, extend: false })
  }
})

it('no key is listed twice for one place', () => {
  for (const place of [true, false]) {
    const keys = GRID_KEYS.filter(({ header = false }) => header === place).flatMap((key) => key.keys)
    expect(new Set(keys).size).toBe(keys.length)
  }
})

it('Shift extends, in the body', () => {
  expect(commandOf(press('Shift+ArrowDown'), false)).toEqual({ command: 'down', extend: true })
  expect(commandOf(press('Mod+Shift+ArrowDown'), false)).toEqual({ command: 'bottom', extend: true })
  expect(commandOf(press('Shift+ArrowRight'), true)).toEqual({ command: 'wider', extend: false })
  expect(commandOf(press('Shift+ArrowDown'), true)).toBeNull()
})

it('Command is Ctrl, and letters do not depend on Caps Lock', () => {
  expect(spellKey({ ...press('Z'), metaKey: true })).toBe('Mod+z')
  expect(commandOf(press('X'), false)).toEqual({ command: 'select', extend: false })
})

it('characters write, keys of an input method too; shortcuts and named keys do not', () => {
  expect(['a', 'é', '😀', 'Process', 'Dead'].map((key) => writes(press(key)))).toEqual([true, true, true, true, true])
  expect(['Mod+a', 'F5', 'Shift', 'CapsLock'].map((key) => writes(press(key)))).toEqual([false, false, false, false])
  expect(writes({ ...press('@'), ctrlKey: true, altKey: true })).toBe(true) // AltGr
})
