/** What a dataset can be used for: the formats that fit its columns, parts of a split, places to push to. */

export interface FormatFacts {
  readonly name: string
  readonly title: string
  readonly extension: string
  /** Who usually reads it; nobody in particular where it is empty. */
  readonly consumer: string
  /** Sets of columns, one of which it needs; none: any. */
  readonly needs: readonly (readonly string[])[]
}

export interface Finding {
  readonly code: string
  readonly effect: string
  readonly rows: number
  readonly what: string
  readonly fix: string
}

/** What the consumer of a file will keep of it. */
export interface Checked {
  readonly consumer: string
  readonly rows_in: number
  readonly rows_out: number
  readonly consumer_keeps: number
  readonly findings: readonly Finding[]
  readonly unknown: readonly string[]
  readonly ok: boolean
}

export interface SplitTold {
  readonly parts: Readonly<Record<string, { readonly wanted: number; readonly got: number }>>
  readonly misses: readonly string[]
  readonly without_part: number
  readonly overlap?: { readonly clean: boolean }
  readonly version?: string
}

/** Whether a dataset with these columns goes into a format. */
export const fits = ({ needs }: FormatFacts, columns: readonly string[]): boolean =>
  needs.length === 0 || needs.some((set) => set.every((column) => columns.includes(column)))

/** The formats that are found by their words, those that fit first. */
export function ranked(formats: readonly FormatFacts[], columns: readonly string[], find: string): FormatFacts[] {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean)
  const found = formats.filter(({ name, title }) => words.every((word) => `${name} ${title}`.toLowerCase().includes(word)))
  return [...found.filter((one) => fits(one, columns)), ...found.filter((one) => !fits(one, columns))]
}

export type PartsRead = { readonly parts: Readonly<Record<string, number | 'rest'>> } | { readonly problem: string }

/** Parts as they are typed: `train=0.8, test=rest`. */
export function readParts(text: string): PartsRead {
  const parts: Record<string, number | 'rest'> = {}
  for (const one of text.split(',').map((part) => part.trim()).filter(Boolean)) {
    const [, name = '', size = ''] = /^([^=]+?)\s*=\s*(\S+)$/.exec(one) ?? []
    const number = Number(size)
    if (!name || (size !== 'rest' && !(number > 0))) return { problem: `“${one}” is no part. Write it like train=0.8, or test=rest.` }
    if (name in parts) return { problem: `${name} is there twice.` }
    parts[name] = size === 'rest' ? 'rest' : number
  }
  return Object.keys(parts).length < 2 ? { problem: 'Name two parts at least: train=0.8, test=0.2.' } : { parts }
}

/** What is told of a format before the colon of its title. */
export const shortTitle = ({ title }: FormatFacts): string => title.split(':')[0]?.replace(/\.$/, '') ?? title
