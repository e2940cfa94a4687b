/** What of a keyboard event the strokes are read from. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

const names: Readonly<Record<string, string>> = {
  ' ': 'Space',
  Escape: 'Esc',
  Delete: 'Del',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
}

/** The names by which a key press may be meant: `Shift+1` is `!` on many keyboards, and either may be bound. */
export function strokesOf(press: KeyPress): string[] {
  const { key } = press
  if (['Control', 'Shift', 'Alt', 'Meta', 'Dead', 'Unidentified'].includes(key)) return []
  const before = `${press.ctrlKey || press.metaKey ? 'Ctrl+' : ''}${press.altKey ? 'Alt+' : ''}`
  const shift = press.shiftKey ? 'Shift+' : ''
  if (key.length > 1 || key === ' ') return [`${before}${shift}${names[key] ?? key}`]
  if (/\p{L}/u.test(key)) {
    const plain = before === '' ? key.toLowerCase() : key.toUpperCase()
    return [`${before}${shift}${plain}`]
  }
  const digit = /^Digit(\d)$/.exec(press.code)?.[1]
  return digit !== undefined && press.shiftKey && key !== digit ? [`${before}${key}`, `${before}Shift+${digit}`] : [`${before}${key}`]
}

/** Whether a stroke writes a character when no shortcut takes it: such shortcuts can be switched off. */
export function isLetter(stroke: string): boolean {
  return /^(Shift\+)?[^+]$/.test(stroke) || stroke === '+'
}

/** How the keys of a shortcut are written on this machine, one word per key cap. */
export function caps(keys: string, mac: boolean): string[][] {
  return keys.split(' ').map((stroke) => {
    const parts = stroke === '+' ? ['+'] : stroke.split(/\+(?!$)/)
    return parts.map((part) => (mac ? (macCaps[part] ?? part) : part))
  })
}

const macCaps: Readonly<Record<string, string>> = { Ctrl: '⌘', Alt: '⌥', Shift: '⇧', Enter: '↩' }
