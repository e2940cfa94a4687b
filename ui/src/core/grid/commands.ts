import type { Command } from '../commands'

/** What keys do in the grid. Moves with Shift extend the range; in the header Shift with ← → changes a column's width, and Ctrl+Shift moves it. */
export const gridCommands = {
  'grid.up': { label: 'Cell above', group: 'Grid', keys: ['Up', 'Shift+Up'], local: true },
  'grid.down': { label: 'Cell below', group: 'Grid', keys: ['Down', 'Shift+Down'], local: true },
  'grid.left': { label: 'Cell to the left', group: 'Grid', keys: ['Left', 'Shift+Left'], local: true },
  'grid.right': { label: 'Cell to the right', group: 'Grid', keys: ['Right', 'Shift+Right'], local: true },
  'grid.top': { label: 'First row', group: 'Grid', keys: ['Ctrl+Up', 'Ctrl+Shift+Up'], local: true },
  'grid.bottom': { label: 'Last row', group: 'Grid', keys: ['Ctrl+Down', 'Ctrl+Shift+Down'], local: true },
  'grid.first': { label: 'First column', group: 'Grid', keys: ['Home', 'Ctrl+Left', 'Shift+Home', 'Ctrl+Shift+Left'], local: true },
  'grid.last': { label: 'Last column', group: 'Grid', keys: ['End', 'Ctrl+Right', 'Shift+End', 'Ctrl+Shift+Right'], local: true },
  'grid.start': { label: 'First cell', group: 'Grid', keys: ['Ctrl+Home', 'Ctrl+Shift+Home'], local: true },
  'grid.end': { label: 'Last cell', group: 'Grid', keys: ['Ctrl+End', 'Ctrl+Shift+End'], local: true },
  'grid.pageUp': { label: 'One screen up', group: 'Grid', keys: ['PgUp', 'Shift+PgUp'], local: true },
  'grid.pageDown': { label: 'One screen down', group: 'Grid', keys: ['PgDn', 'Shift+PgDn'], local: true },
  'grid.next': { label: 'Next cell; after Esc, leave the grid', group: 'Grid', keys: ['Tab'], local: true },
  'grid.previous': { label: 'Previous cell', group: 'Grid', keys: ['Shift+Tab'], local: true },
  'grid.edit': { label: 'Edit the cell', group: 'Grid', keys: ['Enter', 'F2'], local: true },
  'grid.editFull': { label: 'Edit in full', group: 'Grid', keys: ['e'], local: true },
  'grid.open': { label: 'Open the row', group: 'Grid', keys: ['Space'], local: true },
  'grid.select': { label: 'Select the row; with Shift, all up to it', group: 'Grid', keys: ['x', 'Shift+x'], local: true },
  'grid.selectAll': { label: 'Select all rows that match', group: 'Grid', keys: ['Ctrl+A'], local: true },
  'grid.fillDown': { label: 'Fill down', group: 'Grid', keys: ['Ctrl+D'], local: true },
  'grid.tag': { label: 'Tag', group: 'Grid', keys: ['t'], local: true },
  'grid.comment': { label: 'Comment', group: 'Grid', keys: ['c'], local: true },
  'grid.clear': { label: 'Clear cells', group: 'Grid', keys: ['Del', 'Backspace'], local: true },
  'grid.remove': { label: 'Delete rows', group: 'Grid', keys: ['Ctrl+Del', 'Ctrl+Backspace'], local: true },
  'grid.find': { label: 'Find', group: 'Grid', keys: ['Ctrl+F'], local: true },
  'grid.menu': { label: 'Open the menu of the column', group: 'Grid', keys: ['Alt+Down'], local: true },
  'grid.leave': { label: 'One level out', group: 'Grid', keys: ['Esc'], local: true },
} satisfies Record<string, Command>

export type GridCommand = keyof typeof gridCommands

/** Whether a key writes something, so that it begins an edit. Keys of an input method ("Process", dead keys) do. */
export function writes({ key, ctrlKey, metaKey, altKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): boolean {
  return (key === 'Process' || key === 'Dead' || [...key].length === 1) && !((ctrlKey || metaKey) && !altKey)
}
