/** Rows as the grid takes them, and what kinds of columns they have. */

import type { CellKind, CellValue, GridColumn, GridRow } from '../grid/source'
import { isChat, isObject, isPair, isTags } from '../grid/values'

/** A row as the server tells it. */
export interface RowSaid {
  readonly id: string
  readonly data: Readonly<Record<string, unknown>>
  readonly scores: Readonly<Record<string, unknown>>
  readonly revision: string
  readonly cut?: readonly string[]
}

/** The column that shows the two answers of a preference beside each other. */
export const PAIR = 'preference'
/** Columns that mean the same in every dataset, as one reads them; rows come with their columns by name. */
const FIRST = ['messages', 'text', 'input', 'choices', 'answer', 'chosen', 'rejected', PAIR, 'label', 'reasoning', 'tools']
const SCORES = 'scores.'
const DEEPEST = 3

export const isScore = (column: string): boolean => column.startsWith(SCORES)

/** Scores lie within each other (`scores.judge.overall`); each that says something is a column. */
function flat(value: CellValue, path: string, depth = 1): [string, CellValue][] {
  if (isObject(value) && depth < DEEPEST) return Object.entries(value).flatMap(([name, inner]) => flat(inner, `${path}.${name}`, depth + 1))
  return [[path, value]]
}

export const scoresOf = (scores: RowSaid['scores']): [string, CellValue][] =>
  Object.entries(scores).flatMap(([name, value]) => flat(value as CellValue, `${SCORES}${name}`))

const hasPair = (data: RowSaid['data']): boolean => 'chosen' in data && 'rejected' in data && !(PAIR in data)

export function gridRow({ id, data, scores, revision, cut = [] }: RowSaid): GridRow {
  const cells: Record<string, CellValue> = { ...(data as Record<string, CellValue>), ...Object.fromEntries(scoresOf(scores)) }
  if (!hasPair(data)) return { id, cells, revision, cut }
  cells[PAIR] = { chosen: cells['chosen'] ?? null, rejected: cells['rejected'] ?? null }
  return { id, cells, revision, cut: cut.includes('chosen') || cut.includes('rejected') ? [...cut, PAIR] : cut }
}

/** The kind that fits all the values of a column; a list or mapping of any other form is JSON. */
export function kindOf(values: readonly (CellValue | undefined)[]): CellKind {
  const said = values.filter((value) => value !== null && value !== undefined)
  const all = (fits: (value: CellValue) => boolean) => said.every((value) => fits(value))
  const filled = said.some((value) => !Array.isArray(value) || value.length > 0)
  if (all((value) => typeof value === 'string')) return 'text'
  if (all((value) => typeof value === 'number')) return 'number'
  if (all((value) => typeof value === 'boolean')) return 'boolean'
  if (filled && all(isChat)) return 'chat'
  if (filled && all(isTags)) return 'tags'
  if (all(isPair)) return 'preference'
  return 'json'
}

const rank = (name: string): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length)

/**
 * The columns of rows: those that every dataset may have, what else they say in the order in which it comes, then their scores. Those that were
 * known `before` stay where they are, and as
 * they are where no row says anything; without a change it is the same list. */
export function columnsOf(rows: readonly GridRow[], canEdit: boolean, before: readonly GridColumn[] = []): readonly GridColumn[] {
  const known = new Map(before.map((one) => [one.name, one]))
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.cells)))].filter((name) => !known.has(name))
  const said = names.filter((name) => !isScore(name)).sort((one, other) => rank(one) - rank(other))
  const now = [...known.keys(), ...said, ...names.filter(isScore)].map((name) => {
    const values = rows.map((row) => row.cells[name]).filter((value) => value !== null && value !== undefined)
    const old = known.get(name)
    return old && values.length === 0 ? old : column(name, values, canEdit)
  })
  return now.length === before.length && now.every((one, n) => alike(one, before[n])) ? before : now
}

const alike = (one: GridColumn, other: GridColumn | undefined): boolean =>
  one.name === other?.name && one.kind === other.kind && one.editable === other.editable && one.scale?.[1] === other.scale?.[1]

function column(name: string, values: readonly (CellValue | undefined)[], canEdit: boolean): GridColumn {
  const found = kindOf(values)
  if (isScore(name)) return { name, label: name.slice(SCORES.length), sortable: true, ...scored(found, values) }
  if (name === PAIR && found === 'preference') return { name, label: 'Chosen and rejected', kind: found }
  return { name, kind: found, editable: canEdit, sortable: found !== 'chat' && found !== 'preference' }
}

/** A score from 0 to 1 is drawn as a bar, and one from 0 or 1 to 5, 6 or 10 on that scale; another number is just one. */
function scored(found: CellKind, values: readonly (CellValue | undefined)[]): Pick<GridColumn, 'kind' | 'scale'> {
  const numbers = values.filter((value) => typeof value === 'number')
  if (found !== 'number' || numbers.length === 0) return { kind: found }
  const most = [1, 5, 6, 10].find((end) => Math.max(...numbers) <= end)
  return most === undefined || Math.min(...numbers) < 0 ? { kind: 'number' } : { kind: 'score', scale: [0, most] }
}

/** What is hidden at first: the two answers that already stand beside each other. */
export const hiddenAtFirst = (columns: readonly GridColumn[]): string[] => (columns.some(({ name }) => name === PAIR) ? ['chosen', 'rejected'] : [])
