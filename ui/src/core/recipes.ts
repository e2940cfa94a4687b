import type { ProblemAt } from './problem'

/** A value that a recipe takes. Without a default it must be given, unless it may stay unset. */
export interface Parameter {
  help?: string
  default?: unknown
  optional?: boolean
  /** A sentence that has to be agreed to. */
  agree?: string
}

/** A recipe of the catalogue. */
export interface Recipe {
  name: string
  description: string
  group: string
  source: string
  needs: string
  gives: string[]
  calls: number
  parameters: Record<string, Parameter>
  roles: string[]
  steps: string[]
  command: string
}

export const groups = {
  nothing: 'From nothing',
  documents: 'Documents',
  rows: 'Rows',
  conversations: 'Conversations',
  preference: 'Preferences',
  reasoning: 'Reasoning',
  code: 'Code',
  classification: 'Classification',
  evaluation: 'Evaluation',
  multimodal: 'Images',
  agents: 'Agents',
  domains: 'Domains',
  augmentation: 'Augmentation',
} as const

export type Group = keyof typeof groups

export function isGroup(name: unknown): name is Group {
  return typeof name === 'string' && name in groups
}

/** The recipes of a group that hold every word. */
export function matching(recipes: readonly Recipe[], words: string, group?: Group): Recipe[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  return recipes.filter((one) => {
    const said = `${one.name} ${one.description} ${one.needs} ${one.source} ${one.gives.join(' ')}`.toLowerCase()
    return (group === undefined || one.group === group) && wanted.every((word) => said.includes(word))
  })
}

/** How a parameter is filled in. */
export type Kind = 'model' | 'agree' | 'switch' | 'number' | 'lines' | 'data' | 'text'

export function kindOf(name: string, all: Readonly<Record<string, Parameter>>): Kind {
  const one = all[name] ?? {}
  const other = sameAs(one)
  if (one.agree) return 'agree'
  if (other !== undefined && other !== name && other in all) return kindOf(other, {...all, [name]: {}})
  if (name === 'model' || /^the (\w+ )?(of the )?models?\b(?!')/.test(one.help ?? '')) return 'model'
  if (typeof one.default === 'boolean') return 'switch'
  if (typeof one.default === 'number') return 'number'
  if (Array.isArray(one.default)) return one.default.every((item) => typeof item === 'string' && !item.includes('\n')) ? 'lines' : 'data'
  return typeof one.default === 'object' && one.default !== null ? 'data' : 'text'
}

/** The parameter whose value this one has unless it gets its own: its default is `${model}`. */
export function sameAs(one: Parameter): string | undefined {
  return typeof one.default === 'string' ? /^\$\{(\w+)\}$/.exec(one.default)?.[1] : undefined
}

/** Whether a recipe cannot run without it. */
export function isNeeded(one: Parameter): boolean {
  return Boolean(one.agree) || ((one.default === undefined || one.default === null) && one.optional !== true)
}

/** A default as it stands in its field; nothing where there is none, or where it is that of another parameter. */
export function usual(one: Parameter, kind: Kind): string {
  const value = one.default
  if (value === undefined || value === null || sameAs(one) !== undefined) return ''
  if (kind === 'lines') return (value as string[]).join('\n')
  return typeof value === 'string' ? value : JSON.stringify(value, null, kind === 'data' ? 1 : undefined)
}

/** What is sent: the values that were filled in and are not the defaults. */
export function setsOf(parameters: Readonly<Record<string, Parameter>>, typed: Readonly<Record<string, string>>): Record<string, string> {
  const sets: Record<string, string> = {}
  for (const [name, one] of Object.entries(parameters)) {
    const kind = kindOf(name, parameters)
    const text = typed[name]
    if (text === undefined || text.trim() === usual(one, kind).trim()) continue
    if (kind !== 'lines') sets[name] = text.trim()
    else sets[name] = text.trimStart().startsWith('[') ? text.trim() : JSON.stringify(text.split('\n').map((line) => line.trim()).filter(Boolean))
  }
  return sets
}

/** `name=value` line by line, as for a recipe file whose parameters are not known here. */
export function setsOfLines(text: string): Record<string, string> {
  const pairs = text.split('\n').map((line) => /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(line))
  return Object.fromEntries(pairs.flatMap((pair) => (pair ? [[pair[1] ?? '', pair[2] ?? '']] : [])))
}

/** The problems of a recipe at the parameters that mend them, and those that belong to none. */
export interface Placed {
  at: Readonly<Record<string, readonly ProblemAt[]>>
  rest: readonly ProblemAt[]
}

/** Finds for each problem the parameter to change: by its name, by its value, or by where its line in the recipe takes it in. */
export function placed(problems: readonly ProblemAt[], { parameters }: Pick<Recipe, 'parameters'>, sets: Readonly<Record<string, string>>, text: string): Placed {
  const at: Record<string, ProblemAt[]> = {}
  const rest: ProblemAt[] = []
  const lines = text.split('\n')
  for (const problem of problems) {
    const name = [
      quoted(problem.what).find((word) => word in parameters),
      Object.keys(parameters).find((one) => parameters[one]?.agree === problem.what),
      quoted(problem.what).map((word) => Object.keys(sets).find((one) => sets[one] === word)).find((one) => one !== undefined),
      only(names(lines[problem.line - 1] ?? '')),
      only(names(step(lines, problem.line - 1))),
    ].find((one) => one !== undefined && one in parameters)
    if (name === undefined) rest.push(problem)
    else (at[name] ??= []).push(problem)
  }
  return { at, rest }
}

/** The next step, said for a page: the server says it for the terminal. */
export function fixHere(fix: string): string {
  return fix
    .replace(/^Add --set \w+=VALUE\.$/, 'Fill it in.')
    .replace(/^If that is what you want: --set \w+=true\.$/, 'Tick it if that is what you want.')
    .replace(/, or enter the key once: `[^`]*`$/, ' where the server runs, or add the key in Settings, Models and keys.')
}

function quoted(what: string): string[] {
  return [...what.matchAll(/'([^']*)'|"([^"]*)"/g)].map((match) => match[1] ?? match[2] ?? '')
}

function names(text: string): string[] {
  return [...new Set([...text.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1] ?? ''))]
}

function only(found: readonly string[]): string | undefined {
  return found.length === 1 ? found[0] : undefined
}

/** The lines of the step that begins here; nothing where none does. */
function step(lines: readonly string[], from: number): string {
  const indent = /^(\s*)- /.exec(lines[from] ?? '')?.[1]
  if (indent === undefined) return ''
  const rest = lines.slice(from + 1)
  const end = rest.findIndex((line) => line.trim() !== '' && !line.startsWith(`${indent} `))
  return [lines[from], ...(end === -1 ? rest : rest.slice(0, end))].join('\n')
}
