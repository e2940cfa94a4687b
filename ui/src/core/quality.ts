/** What checks have found in a dataset, and the marks by which the rows behind a figure are asked for. */

import { count, plural } from './format'

export interface PartFacts {
  readonly name: string
  readonly grade: string
  readonly score: number
  readonly weight: number
  readonly flagged: number
  readonly rows: number
  readonly of: number
  readonly low: number
  readonly high: number
  readonly what: string
}

export interface Bin {
  readonly from: number
  readonly to: number
  readonly count: number
}

export interface Measure {
  readonly count: number
  readonly mean: number | null
  readonly low: number | null
  readonly high: number | null
  readonly bins: readonly Bin[]
}

export interface Advice {
  readonly what: string
  readonly rows: number
  readonly command: string
}

export interface Left {
  readonly check: string
  readonly why: string
  readonly fix: string
}

export interface Assessed {
  readonly dataset: string
  readonly version: string
  readonly run: string
  readonly rows: number
  readonly unread: Readonly<Record<string, number>>
  readonly checks: readonly string[]
  readonly grade: string
  readonly score: number
  readonly interval: readonly [number, number] | null
  readonly between: readonly [string, string] | null
  readonly parts: readonly PartFacts[]
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly measures: Readonly<Record<string, Measure>>
  readonly lengths: Readonly<Record<string, Measure>>
  readonly languages: Readonly<Record<string, number>>
  readonly sources: readonly { readonly name: string; readonly rows: number }[]
  readonly clusters: readonly { readonly check: string; readonly size: number; readonly rows: readonly string[]; readonly text: string }[]
  readonly labels: { readonly matrix: readonly { readonly given: string; readonly likely: string; readonly rows: number }[] } | null
  readonly not_measured: readonly Left[]
  readonly recommendations: readonly Advice[]
  readonly cost_per_row_usd: number | null
  readonly notes: readonly string[]
}

const kinds = {
  flag: ([check = '', reason]: readonly string[]) => (reason === undefined ? check : `${check}: ${reason.replaceAll('_', ' ')}`),
  score: ([name = '', at = '']: readonly string[]) => `score ${name}, bar ${String(Number(at) + 1)}`,
  words: ([name = '', at = '']: readonly string[]) => `words of the ${name}, bar ${String(Number(at) + 1)}`,
  language: ([code = '']: readonly string[]) => `language ${languageName(code)}`,
  source: ([name = '']: readonly string[]) => `source ${name}`,
  label: ([given = '', likely = '']: readonly string[]) => (given === likely ? `label ${given}` : `label ${given}, likely ${likely}`),
  twins: ([check = '']: readonly string[]) => `one cluster of ${check}`,
}

export type MarkKind = keyof typeof kinds

/** A mark as the server is asked for it. */
export const markOf = (run: string, kind: MarkKind, ...parts: readonly (string | number)[]): string =>
  [run, kind, ...parts.map((part) => encodeURIComponent(part))].join(':')

/** A mark in words; one that is none says itself. */
export function saysMark(mark: string): { readonly what: string; readonly run: string } {
  const [run = '', kind = '', ...parts] = mark.split(':')
  return { what: kind in kinds ? kinds[kind as MarkKind](parts.map(decoded)) : mark, run }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'code' })

export function languageName(code: string): string {
  try {
    return names.of(code) ?? code
  } catch {
    return code
  }
}

const tones: Readonly<Record<string, 'ok' | 'warn' | 'bad'>> = { A: 'ok', B: 'ok', C: 'warn', D: 'warn' }

/** A grade by its colour, which never stands without its letter. */
export const toneOf = (grade: string): 'ok' | 'warn' | 'bad' => tones[grade] ?? 'bad'

const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })

/** From where to where a bar reaches. */
export function saysBin({ from, to }: Bin, whole: boolean): string {
  return whole && to - from === 1 ? count(from) : `${short.format(from)} to ${short.format(to)}`
}

/** The bars of whole numbers that have one each. */
export const isWhole = ({ bins }: Measure): boolean => bins.every(({ from, to }) => Number.isInteger(from) && to - from === 1)

/** What a recommendation takes out; nothing where it is another act. */
export function removes({ command }: Pick<Advice, 'command'>): string | undefined {
  return /--remove ([\w.-]+)/.exec(command)?.[1]
}

/** How a part was measured: on all rows, or on some. */
export const measuredOn = ({ rows, of }: PartFacts): string => (rows === of ? plural(rows, 'row') : `${count(rows)} of ${plural(of, 'row')}`)
