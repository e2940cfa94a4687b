/** What the playground asks, and what of it stands in the address. */

/** A link, a reload and the way back show the same prompt, row, models and parameters. A text that is typed is kept by the browser. */
export interface PlaygroundSearch {
  /** A stored prompt: name, name@tag or name@version. */
  readonly prompt?: string
  /** Where the row is: a dataset, dataset@version or run:r12. */
  readonly dataset?: string
  readonly row?: string
  /** The two models; `b` is empty while it is being chosen. */
  readonly a?: string
  readonly b?: string
  readonly temperature?: number
  readonly max_tokens?: number
}

const said = (value: unknown): string | undefined => (typeof value === 'string' || typeof value === 'number' ? String(value) : undefined)

/** Takes what is sound of an address and leaves the rest out. */
export function readPlayground(raw: Readonly<Record<string, unknown>>): PlaygroundSearch {
  const { temperature, max_tokens } = raw
  const found: { [K in keyof PlaygroundSearch]: PlaygroundSearch[K] | undefined } = {
    prompt: said(raw.prompt) || undefined,
    dataset: said(raw.row) ? said(raw.dataset) || undefined : undefined,
    row: said(raw.dataset) ? said(raw.row) || undefined : undefined,
    a: said(raw.a) || undefined,
    b: said(raw.b),
    temperature: typeof temperature === 'number' && temperature >= 0 && temperature <= 2 ? temperature : undefined,
    max_tokens: typeof max_tokens === 'number' && Number.isSafeInteger(max_tokens) && max_tokens > 0 ? max_tokens : undefined,
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}

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
