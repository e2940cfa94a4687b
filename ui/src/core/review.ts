/** What a reviewer chooses among, and what he has said so far of the row that he looks at. */

import type { CommandId } from './commands'
import type { CellKind, CellValue } from './grid/source'
import { fromText, toText } from './grid/values'
import { columnsOf, gridRow, hiddenAtFirst, PAIR } from './rows/cells'

export const optionCommands = [
  'review.option1', 'review.option2', 'review.option3', 'review.option4', 'review.option5', 'review.option6', 'review.option7', 'review.option8',
  'review.option9', 'review.option10', 'review.option11', 'review.option12', 'review.option13', 'review.option14', 'review.option15',
] as const satisfies readonly CommandId[]

/**
 * The labels to choose among, in an order that nothing but a new one changes, so that each keeps its number: those that the rows have, by name;
 * then those that reviews gave, the first given first; then those that were typed in here. */
export function optionsOf(inRows: readonly string[], inReviews: readonly string[], typed: readonly string[]): string[] {
  const known = inRows.toSorted((one, other) => (one < other ? -1 : 1))
  return [...new Set([...known, ...inReviews, ...typed].map((label) => label.trim()).filter(Boolean))]
}

export interface ShownField {
  readonly name: string
  readonly label: string
  readonly kind: CellKind
  readonly value: CellValue
}

/** What a row says, field by field, in the order in which one reads it; two answers of a preference as one field. */
export function fieldsOf(data: Readonly<Record<string, unknown>>): ShownField[] {
  const row = gridRow({ id: '', data, scores: {}, revision: '' })
  const columns = columnsOf([row], false)
  const hidden = hiddenAtFirst(columns)
  return columns
    .filter(({ name }) => !hidden.includes(name))
    .map(({ name, label = name, kind }) => ({ name, label, kind, value: row.cells[name] ?? null }))
}

/** The fields that can be written anew, each with its text. */
export function textsOf(data: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(editable(data).map(({ name, kind, value }) => [name, textOf(value, kind)]))
}

const editable = (data: Readonly<Record<string, unknown>>): ShownField[] =>
  columnsOf([gridRow({ id: '', data, scores: {}, revision: '' })], false)
    .filter(({ name }) => name !== PAIR || PAIR in data)
    .map(({ name, kind }) => ({ name, label: name, kind, value: (data[name] ?? null) as CellValue }))

const textOf = (value: CellValue, kind: CellKind): string =>
  kind !== 'tags' && typeof value === 'object' && value ? JSON.stringify(value, null, 2) : toText(value)

export interface Fix {
  /** What is said anew, by column. */
  readonly values: Readonly<Record<string, CellValue>>
  /** What cannot be read, by column. */
  readonly problems: Readonly<Record<string, string>>
}

/** What of a row was written anew. */
export function fixOf(data: Readonly<Record<string, unknown>>, texts: Readonly<Record<string, string>>): Fix {
  const values: Record<string, CellValue> = {}
  const problems: Record<string, string> = {}
  for (const { name, kind, value } of editable(data)) {
    const text = texts[name]
    if (text === undefined || text === textOf(value, kind)) continue
    const read = fromText(text, kind)
    if ('problem' in read) problems[name] = read.problem
    else values[name] = read.value
  }
  return { values, problems }
}

/** A score that was typed: nothing, a number, or what is wrong with it. */
export function scoreOf(text: string): { value: number | null } | { problem: string } {
  const read = fromText(text, 'number')
  return 'problem' in read ? read : { value: read.value as number | null }
}

/** Why a queue was made, in words. */
export const kinds: Readonly<Record<string, { readonly name: string; readonly about: string }>> = {
  audit: { name: 'At random', about: 'Rows drawn at random; when all have a verdict, the share that is good is known, with its interval.' },
  active: { name: 'Most to learn', about: 'Rows from whose verdicts most can be learnt of the others.' },
  uncertain: { name: 'Uncertain', about: 'Rows whose score lies near its threshold, whose scores lie apart, or whose label is doubtful.' },
  disagreement: { name: 'Opinions differ', about: 'Rows where people, or people and judges, do not agree.' },
  adjudicate: { name: 'To be decided', about: 'Rows where people differ; this verdict decides.' },
}

export const kindName = (kind: string): string => kinds[kind]?.name ?? kind
