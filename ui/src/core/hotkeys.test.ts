import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { command, commandIds, groups } from './commands'
import { bind, boundCommands, chosenKeys, clashes, keysOf, letters, listen, run } from './hotkeys'
import { caps, isLetter, strokesOf } from './strokes'

const leave: (() => void)[] = []
beforeEach(() => {
  document.body.replaceChildren()
  leave.push(listen(window))
})
afterEach(() => {
  leave.splice(0).forEach((away) => {
    away()
  })
  letters.set({ on: true })
  chosenKeys.set({})
})

function bound(id: Parameters<typeof command>[0], within?: Element) {
  const ran = vi.fn()
  leave.push(bind({ id, run: ran, ...(within && { within: () => within }) }))
  return ran
}

function press(key: string, how: KeyboardEventInit = {}, target: Element = document.body) {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...how })
  target.dispatchEvent(event)
  return event
}

function added<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Record<string, string> = {}) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  document.body.append(element)
  return element
}

describe('strokes', () => {
  it.each([
    [{ key: 'k', ctrlKey: true }, ['Ctrl+K']],
    [{ key: 'k', metaKey: true }, ['Ctrl+K']],
    [{ key: 'Z', ctrlKey: true, shiftKey: true }, ['Ctrl+Shift+Z']],
    [{ key: 'X', shiftKey: true }, ['Shift+x']],
    [{ key: '?', shiftKey: true, code: 'Slash' }, ['?']],
    [{ key: '!', shiftKey: true, code: 'Digit1' }, ['!', 'Shift+1']],
    [{ key: '1', shiftKey: true, code: 'Digit1' }, ['1']],
    [{ key: ' ' }, ['Space']],
    [{ key: 'ArrowDown', ctrlKey: true }, ['Ctrl+Down']],
    [{ key: 'Shift', shiftKey: true }, []],
  ])('%o is %o', (how, strokes) => {
    expect(strokesOf(new KeyboardEvent('keydown', how))).toEqual(strokes)
  })

  it('knows which write characters', () => {
    expect(['x', '?', '[', '1', 'Shift+x', '+'].every(isLetter)).toBe(true)
    expect(['Ctrl+K', 'Esc', 'Enter', 'Alt+1'].some(isLetter)).toBe(false)
  })

  it('writes key caps for each kind of machine', () => {
    expect(caps('Ctrl+Shift+Z', false)).toEqual([['Ctrl', 'Shift', 'Z']])
    expect(caps('Ctrl+Shift+Z', true)).toEqual([['⌘', '⇧', 'Z']])
    expect(caps('g d', false)).toEqual([['g'], ['d']])
    expect(caps('Ctrl++', false)).toEqual([['Ctrl', '+']])
  })
})

describe('the registry', () => {
  it('runs what a key stands for, once, and takes the key from the browser', () => {
    const ran = bound('palette.open')
    expect(press('k', { ctrlKey: true }).defaultPrevented).toBe(true)
    expect(press('k').defaultPrevented).toBe(false)
    expect(ran).toHaveBeenCalledTimes(1)
  })

  it('takes two strokes that follow each other', () => {
    const datasets = bound('place.datasets')
    const runs = bound('place.runs')
    press('g')
    press('u')
    press('d')
    expect(runs).toHaveBeenCalledTimes(1)
    expect(datasets).not.toHaveBeenCalled()
  })

  it('does nothing while someone types, but for what is meant for it', () => {
    const help = bound('help.open')
    const palette = bound('palette.open')
    for (const field of [added('input'), added('textarea'), added('div', { contenteditable: 'true' })]) {
      press('?', {}, field)
      press('k', { ctrlKey: true }, field)
    }
    expect(help).not.toHaveBeenCalled()
    expect(palette).toHaveBeenCalledTimes(3)
  })

  it('leaves dialogs and menus alone, but for what is bound within', () => {
    const dialog = added('div', { role: 'dialog' })
    const outer = bound('help.open')
    press('?', {}, dialog)
    expect(outer).not.toHaveBeenCalled()
    const inner = bound('help.open', dialog)
    press('?', {}, dialog)
    expect(inner).toHaveBeenCalledTimes(1)
    expect(outer).not.toHaveBeenCalled()
  })

  it('prefers what is bound within the focus, then what came last', () => {
    const place = added('div', { tabindex: '0' })
    const within = bound('edit.undo', place)
    const first = bound('edit.undo')
    const last = bound('edit.undo')
    press('z', { ctrlKey: true }, place)
    press('z', { ctrlKey: true })
    expect([within, first, last].map((ran) => ran.mock.calls.length)).toEqual([1, 0, 1])
  })

  it('can do without single characters', () => {
    letters.set({ on: false })
    const help = bound('help.open')
    const datasets = bound('place.datasets')
    const palette = bound('palette.open')
    press('?')
    press('g')
    press('d')
    press('k', { ctrlKey: true })
    expect([help, datasets, palette].map((ran) => ran.mock.calls.length)).toEqual([0, 0, 1])
  })

  it('takes keys that were chosen instead', () => {
    chosenKeys.set({ 'help.open': ['Ctrl+H'] })
    const help = bound('help.open')
    press('?')
    press('h', { ctrlKey: true })
    expect(help).toHaveBeenCalledTimes(1)
    expect(keysOf('help.open')).toEqual(['Ctrl+H'])
  })

  it('tells which keys would clash', () => {
    expect(clashes('help.open', 'Ctrl+K')).toEqual(['palette.open'])
    expect(clashes('help.open', 'g')).toContain('place.datasets')
    expect(clashes('help.open', 'Ctrl+Y')).toEqual([])
  })

  it('lists what is bound, and runs it by name', () => {
    const ran = bound('rail.toggle')
    expect(boundCommands()).toEqual(['rail.toggle'])
    run('rail.toggle')
    expect(ran).toHaveBeenCalledTimes(1)
  })
})

it('no two commands that can meet have the same keys', () => {
  const clashing = commandIds.filter((id) => command(id).keys.some((keys) => clashes(id, keys).length > 0))
  expect(clashing).toEqual([])
  expect(commandIds.every((id) => groups.includes(command(id).group))).toBe(true)
})
