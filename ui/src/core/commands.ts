import { gridCommands } from './grid/commands'

/** Everything that can be done by a key, by name. Handlers bind to these; the help sheet, the palette and the settings list them. */
export interface Command {
  readonly label: string
  readonly group: Group
  /** Strokes as `Ctrl+K`, `?` or `Shift+1`; a blank parts strokes that follow each other (`g d`); a list gives alternatives. */
  readonly keys: readonly string[]
  /** Fires while someone types in a field, too. */
  readonly typing?: true
  /** Not offered in the palette: it makes sense only where the focus is. */
  readonly local?: true
}

export const groups = ['General', 'Places', 'Grid', 'Review', 'Canvas'] as const
export type Group = (typeof groups)[number]

const general = {
  'palette.open': { label: 'Search and run anything', group: 'General', keys: ['Ctrl+K'], typing: true, local: true },
  'help.open': { label: 'Show keyboard shortcuts', group: 'General', keys: ['?'] },
  'rail.toggle': { label: 'Collapse or widen the rail', group: 'General', keys: ['['] },
  'inspector.toggle': { label: 'Show or hide the inspector', group: 'General', keys: [']'] },
  'theme.next': { label: 'Switch between light and dark', group: 'General', keys: [] },
  'edit.undo': { label: 'Undo', group: 'General', keys: ['Ctrl+Z'] },
  'edit.redo': { label: 'Redo', group: 'General', keys: ['Ctrl+Shift+Z'] },
  'filter.focus': { label: 'Filter', group: 'General', keys: ['/'] },
  'form.submit': { label: 'Run or submit', group: 'General', keys: ['Ctrl+Enter'], typing: true },
} satisfies Record<string, Command>

const places = {
  'place.datasets': { label: 'Go to Datasets', group: 'Places', keys: ['g d'] },
  'place.recipes': { label: 'Go to Recipes', group: 'Places', keys: ['g r'] },
  'place.runs': { label: 'Go to Runs', group: 'Places', keys: ['g u'] },
  'place.playground': { label: 'Go to Playground', group: 'Places', keys: ['g p'] },
  'place.settings': { label: 'Go to Settings', group: 'Places', keys: ['g s'] },
  'place.add': { label: 'Add data', group: 'Places', keys: ['g a'] },
  'place.generate': { label: 'Generate a dataset', group: 'Places', keys: ['g n'] },
} satisfies Record<string, Command>

const rows = {
  'row.next': { label: 'Next row, while one is open', group: 'Grid', keys: ['j'] },
  'row.previous': { label: 'Previous row, while one is open', group: 'Grid', keys: ['k'] },
} satisfies Record<string, Command>

const option = (keys: string) => ({ label: `Choose option ${keys}`, group: 'Review', keys: [keys], local: true }) as const satisfies Command

const review = {
  'review.accept': { label: 'Accept the row', group: 'Review', keys: ['a'] },
  'review.reject': { label: 'Reject the row', group: 'Review', keys: ['r'] },
  'review.fix': { label: 'Fix what the row says', group: 'Review', keys: ['f'] },
  'review.skip': { label: 'Skip the row, it comes again at the end', group: 'Review', keys: ['s'] },
  'review.note': { label: 'Write a note', group: 'Review', keys: ['n'] },
  'review.undo': { label: 'Take back the last verdict and give another', group: 'Review', keys: ['u'] },
  'review.back': { label: 'Row reviewed before', group: 'Review', keys: ['Left'] },
  'review.forward': { label: 'Back to the row that is next', group: 'Review', keys: ['Right'] },
  'review.option1': option('1'),
  'review.option2': option('2'),
  'review.option3': option('3'),
  'review.option4': option('4'),
  'review.option5': option('5'),
  'review.option6': option('6'),
  'review.option7': option('7'),
  'review.option8': option('8'),
  'review.option9': option('9'),
  'review.option10': option('b'),
  'review.option11': option('c'),
  'review.option12': option('d'),
  'review.option13': option('e'),
  'review.option14': option('h'),
  'review.option15': option('i'),
} satisfies Record<string, Command>

export const commands = { ...general, ...places, ...gridCommands, ...rows, ...review }
export type CommandId = keyof typeof commands
export const commandIds = Object.keys(commands) as CommandId[]

export function command(id: CommandId): Command {
  return commands[id]
}
