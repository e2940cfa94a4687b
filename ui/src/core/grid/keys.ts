/** The grid's keys, once: its handlers, the help sheet and the settings page all read this list. `Mod` is Ctrl, on a Mac Command. */

import type { Move } from './moves'

export type GridCommand =
  | Move | 'edit' | 'drawer' | 'select' | 'selectRange' | 'selectAll' | 'fillDown' | 'tag' | 'comment' | 'editFull' | 'clear' | 'remove'
  | 'find' | 'undo' | 'redo' | 'leave' | 'menu' | 'wider' | 'narrower' | 'moveLeft' | 'moveRight'

export interface GridKey {
  readonly command: GridCommand
  readonly keys: readonly string[]
  readonly says: string
  /** With Shift the selection grows instead. */
  readonly extends?: boolean
  /** Only in the header, where other keys may mean something else. */
  readonly header?: boolean
}

export const GRID_KEYS: readonly GridKey[] = [
  { command: 'up', keys: ['ArrowUp'], says: 'Cell above', extends: true },
  { command: 'down', keys: ['ArrowDown'], says: 'Cell below', extends: true },
  { command: 'left', keys: ['ArrowLeft'], says: 'Cell to the left', extends: true },
  { command: 'right', keys: ['ArrowRight'], says: 'Cell to the right', extends: true },
  { command: 'top', keys: ['Mod+ArrowUp'], says: 'First row', extends: true },
  { command: 'bottom', keys: ['Mod+ArrowDown'], says: 'Last row', extends: true },
  { command: 'first', keys: ['Mod+ArrowLeft', 'Home'], says: 'First column', extends: true },
  { command: 'last', keys: ['Mod+ArrowRight', 'End'], says: 'Last column', extends: true },
  { command: 'start', keys: ['Mod+Home'], says: 'First cell', extends: true },
  { command: 'end', keys: ['Mod+End'], says: 'Last cell', extends: true },
  { command: 'pageUp', keys: ['PageUp'], says: 'One screen up', extends: true },
  { command: 'pageDown', keys: ['PageDown'], says: 'One screen down', extends: true },
  { command: 'next', keys: ['Tab'], says: 'Next cell (after Escape: leave the grid)' },
  { command: 'previous', keys: ['Shift+Tab'], says: 'Previous cell' },
  { command: 'edit', keys: ['Enter', 'F2'], says: 'Edit the cell' },
  { command: 'editFull', keys: ['e'], says: 'Edit in full' },
  { command: 'drawer', keys: [' '], says: 'Open the row' },
  { command: 'select', keys: ['x'], says: 'Select the row' },
  { command: 'selectRange', keys: ['Shift+x'], says: 'Select the rows up to here' },
  { command: 'selectAll', keys: ['Mod+a'], says: 'Select all rows that match' },
  { command: 'fillDown', keys: ['Mod+d'], says: 'Fill down' },
  { command: 'tag', keys: ['t'], says: 'Tag' },
  { command: 'comment', keys: ['c'], says: 'Comment' },
  { command: 'clear', keys: ['Delete', 'Backspace'], says: 'Clear cells' },
  { command: 'remove', keys: ['Mod+Delete'], says: 'Delete rows' },
  { command: 'find', keys: ['Mod+f'], says: 'Find' },
  { command: 'undo', keys: ['Mod+z'], says: 'Undo' },
  { command: 'redo', keys: ['Mod+Shift+z', 'Mod+y'], says: 'Redo' },
  { command: 'leave', keys: ['Escape'], says: 'One level out' },
  { command: 'menu', keys: ['Enter', ' ', 'Alt+ArrowDown'], says: 'Open the column’s menu', header: true },
  { command: 'narrower', keys: ['Shift+ArrowLeft'], says: 'Make the column narrower', header: true },
  { command: 'wider', keys: ['Shift+ArrowRight'], says: 'Make the column wider', header: true },
  { command: 'moveLeft', keys: ['Mod+Shift+ArrowLeft'], says: 'Move the column left', header: true },
  { command: 'moveRight', keys: ['Mod+Shift+ArrowRight'], says: 'Move the column right', header: true },
]

export interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

export function spellKey({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyPress): string {
  const name = key.length === 1 ? key.toLowerCase() : key
  return [ctrlKey || metaKey ? 'Mod' : '', altKey ? 'Alt' : '', shiftKey ? 'Shift' : '', name].filter(Boolean).join('+')
}

const inBody = new Map<string, GridCommand>()
const extending = new Map<string, GridCommand>()
const inHeader = new Map<string, GridCommand>()
for (const { command, keys, extends: grows, header } of GRID_KEYS) {
  for (const key of keys) {
    (header ? inHeader : inBody).set(key, command)
    if (grows) extending.set(spellShifted(key), command)
  }
}

function spellShifted(key: string): string {
  const parts = key.split('+')
  return [...parts.slice(0, -1), 'Shift', parts.at(-1)].join('+')
}

/** What a key means; null for keys that mean nothing here. Nothing means anything while a word is being composed. */
export function commandOf(press: KeyPress, header: boolean): { readonly command: GridCommand; readonly extend: boolean } | null {
  const spelt = spellKey(press)
  const command = (header ? inHeader.get(spelt) : undefined) ?? inBody.get(spelt)
  if (command) return { command, extend: false }
  const grown = header ? undefined : extending.get(spelt)
  return grown ? { command: grown, extend: true } : null
}

/** Whether a key writes something, so that it begins an edit. Keys of an input method ("Process", dead keys) do. */
export const writes = ({ key, ctrlKey, metaKey, altKey }: KeyPress): boolean =>
  (key === 'Process' || key === 'Dead' || [...key].length === 1) && !((ctrlKey || metaKey) && !altKey)
