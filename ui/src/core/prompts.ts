/** Prompts as they are written and compared. */

/** A declared variable, as the server tells it. */
export interface Variable {
  readonly help: string
  readonly type: string | null
  readonly min: number | null
  readonly max: number | null
  readonly choices: readonly unknown[] | null
  readonly default: unknown
  readonly optional: boolean
  readonly expand: readonly unknown[] | null
}

/** What a version of a prompt says, as the server tells it. */
export interface PromptSaid {
  readonly title: string
  readonly description: string
  readonly author: string
  readonly licence: string
  readonly tags: readonly string[]
  readonly variables: Readonly<Record<string, Variable>>
  readonly parameters: Readonly<Record<string, unknown>>
  readonly system: string
  readonly examples: readonly { readonly input?: unknown; readonly answer?: unknown }[]
  readonly text: string
}

export const NEW_VARIABLE: Variable = { help: '', type: null, min: null, max: null, choices: null, default: null, optional: false, expand: null }

/** How a variable gets its value. */
export type Whence = 'rows' | 'default' | 'optional' | 'expand'

export function whenceOf({ default: usual, optional, expand }: Variable): Whence {
  if (expand !== null) return 'expand'
  if (optional) return 'optional'
  return usual === null || usual === undefined ? 'rows' : 'default'
}

/** The variable with its value from elsewhere; what belonged to the way before is left behind. */
export function withWhence(variable: Variable, whence: Whence): Variable {
  const plain = { ...variable, default: null, optional: false, expand: null }
  if (whence === 'optional') return { ...plain, optional: true }
  if (whence === 'default') return { ...plain, default: variable.choices?.[0] ?? '' }
  return whence === 'expand' ? { ...plain, expand: variable.choices ?? [''] } : plain
}

/** A value as it stands in a field. */
export const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** A value that was typed: of a type other than text it is read as JSON, and what is none stays text, which the server refuses with words. */
export function read(typed: string, type: string | null): unknown {
  if (type === null || type === 'text') return typed
  try {
    return JSON.parse(typed)
  } catch {
    return typed
  }
}

/** One on each line. */
export const lines = (values: readonly unknown[] | null): string => (values ?? []).map(shown).join('\n')

export function readLines(typed: string, type: string | null): unknown[] | null {
  const found = typed.split('\n').filter((line) => line.trim() !== '').map((line) => read(line, type))
  return found.length > 0 ? found : null
}

/** Words that are parted by commas. */
export const tagsOf = (typed: string): string[] => [...new Set(typed.split(',').map((tag) => tag.trim()).filter(Boolean))]

const BRACES = /\{\{[^}]*?\b([A-Za-z][A-Za-z0-9_]*)|\{%-?\s*(?:if|elif|for\s+\w+\s+in)\s+([A-Za-z][A-Za-z0-9_]*)/g

/** The variables that a text seems to use, for suggestions while it cannot be read. The server says exactly which. */
export const seeming = (text: string): string[] =>
  [...new Set([...text.matchAll(BRACES)].map((match) => match[1] ?? match[2] ?? ''))].filter(Boolean)

/** How a version is called: by the first of its tags, else by the beginning of its id. */
export const calledBy = (version: { version: string; refs: readonly string[] }): string =>
  version.refs.find((ref) => ref !== 'main') ?? version.version.slice(0, 12)

export interface Verdict {
  readonly verdict: string
  readonly difference: number | null
  readonly low: number | null
  readonly high: number | null
}

/** Which of two sides a comparison found better, with the difference and its interval, in words. */
export function verdictOf({ verdict, difference, low, high }: Verdict): string {
  const number = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 2, signDisplay: 'exceptZero' })
  const said = `${verdict.charAt(0).toUpperCase()}${verdict.slice(1)}`
  if (difference === null) return said
  const interval = low === null || high === null ? '' : `, 95 % interval ${number(low)} to ${number(high)}`
  return `${said}: ${number(difference)}${interval}`
}
