import { command, commandIds, commands, type CommandId } from './commands'
import { shaped, stored } from './stored'
import { isLetter, strokesOf } from './strokes'

/** Keys that were chosen instead of the usual ones; none: the command has no key. */
export const chosenKeys = stored<Partial<Record<CommandId, string[]>>>('rowsmith.keys', {}, isKeys)

/** Whether shortcuts of a single character are on. */
export const letters = stored('rowsmith.letters', { on: true }, shaped<{ on: boolean }>({ on: 'boolean' }))

function isKeys(found: unknown): found is Partial<Record<CommandId, string[]>> {
  return (
    typeof found === 'object' &&
    found !== null &&
    Object.entries(found).every(([id, keys]) => id in commands && Array.isArray(keys) && keys.every((key) => typeof key === 'string'))
  )
}

export function keysOf(id: CommandId): readonly string[] {
  return chosenKeys.get()[id] ?? command(id).keys
}

/** The commands that already have these keys, or keys that begin with them, or that these begin with. */
export function clashes(id: CommandId, keys: string): CommandId[] {
  const { group } = command(id)
  const near = (other: string) => other === keys || other.startsWith(`${keys} `) || keys.startsWith(`${other} `)
  const meets = (other: CommandId) => [group, 'General', 'Places'].includes(command(other).group) || ['General', 'Places'].includes(group)
  return commandIds.filter((other) => other !== id && meets(other) && keysOf(other).some(near))
}

export interface Binding {
  readonly id: CommandId
  readonly run: (event?: KeyboardEvent) => void
  /** Fires only when the focus is within this element. */
  readonly within?: () => Element | null
}

const bindings: Binding[] = []
const listeners = new Set<() => void>()
let shown: readonly CommandId[] = []

function changed() {
  const bound = new Set(bindings.map((binding) => binding.id))
  shown = commandIds.filter((id) => bound.has(id))
  listeners.forEach((listener) => {
    listener()
  })
}

/** Binds a command; what was bound last goes first. Returns what takes the binding away. */
export function bind(binding: Binding): () => void {
  bindings.unshift(binding)
  changed()
  return () => {
    bindings.splice(bindings.indexOf(binding), 1)
    changed()
  }
}

/** The commands that do something at present, in their usual order. */
export function boundCommands(): readonly CommandId[] {
  return shown
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Runs a command as the palette does. */
export function run(id: CommandId): void {
  bindings.find((binding) => binding.id === id)?.run()
}

const pause = 1000 // ms within which the second stroke of a pair has to come
let first: { strokes: readonly string[]; at: number } | undefined

/** Runs what a key press stands for; says whether there was anything. */
export function handle(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing) return false
  const strokes = strokesOf(event)
  if (strokes.length === 0) return false
  const target = event.target instanceof Element ? event.target : null
  const follows = first && event.timeStamp - first.at < pause ? first.strokes.flatMap((one) => strokes.map((two) => `${one} ${two}`)) : []
  first = undefined
  const found = match(follows, target) ?? match(strokes, target)
  if (found) {
    event.preventDefault()
    found.run(event)
    return true
  }
  const begins = (keys: string) => allowed(keys) && strokes.some((one) => keys.startsWith(`${one} `))
  if (bindings.some((binding) => reaches(binding, target) && keysOf(binding.id).some(begins))) {
    first = { strokes, at: event.timeStamp }
  }
  return false
}

/** Whether the last key was the first stroke of a pair, so that it means more than what it writes. */
export function waits(): boolean {
  return first !== undefined
}

function match(strokes: readonly string[], target: Element | null): Binding | undefined {
  const found = bindings.filter((binding) => reaches(binding, target) && keysOf(binding.id).some((keys) => strokes.includes(keys) && allowed(keys)))
  return found.find((binding) => binding.within) ?? found[0]
}

function allowed(keys: string): boolean {
  return letters.get().on || !keys.split(' ').every(isLetter)
}

const fields = 'input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable=""], [contenteditable=true]'
const overlays = '[role=dialog], [role=alertdialog], [role=menu], [role=listbox]'

function reaches(binding: Binding, target: Element | null): boolean {
  if (target?.closest(fields) && !command(binding.id).typing) return false
  if (binding.within) return binding.within()?.contains(target) ?? false
  return !target?.closest(overlays)
}

/** Hears the keys of a window. */
export function listen(source: Window): () => void {
  source.addEventListener('keydown', handle)
  return () => {
    source.removeEventListener('keydown', handle)
  }
}
