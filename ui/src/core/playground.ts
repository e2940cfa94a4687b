/** What the playground asks. */

/** What is typed: the texts, and the values of variables as they stand in their fields. */
export interface Draft {
  readonly text: string
  readonly system: string
  readonly values: Readonly<Record<string, string>>
  /** The addresses of the two models; empty: those of their providers. */
  readonly urls: Readonly<Record<'a' | 'b', string>>
}

export const EMPTY_DRAFT: Draft = { text: '', system: '', values: {}, urls: { a: '', b: '' } }

/** The value of a variable as it is sent. One of a type other than text is read as JSON; what is none goes as it stands and is refused. */
export function valueOf(typed: string, type: string | null): unknown {
  if (type === null || type === 'text') return typed
  try {
    return JSON.parse(typed)
  } catch {
    return typed
  }
}

/** A text to begin with for a row: the column that is asked about. */
export function textFor(columns: readonly string[]): string {
  const usual = ['input', 'question', 'text', 'messages']
  const column = usual.find((name) => columns.includes(name)) ?? columns.find((name) => /^[A-Za-z_]\w*$/.test(name))
  return column === undefined ? '' : `{{ ${column} }}`
}

/** Why an answer ended, in words. */
export function ended(finish: string): string {
  const words: Record<string, string> = { stop: 'ended by itself', length: 'cut off', refusal: 'refused', broken: 'broke off', unknown: 'end not told' }
  return words[finish] ?? finish
}
