/** What the address says of a view of rows, so that a link, a reload and the way back show the same. */

import type { GridSort } from '../grid/source'

export interface RowsSearch {
  /** A branch, tag or version; main where it is missing. */
  readonly ref?: string
  readonly where?: string
  readonly search?: string
  /** What a run of checks has found of them: `r12:flag:pii` (core/quality.ts). */
  readonly marked?: string
  /** A column; with `-` before it the greatest first. */
  readonly sort?: string
  /** So many rows, chosen by `seed`. */
  readonly sample?: number
  readonly seed?: number
  /** The id of the row that is open. */
  readonly row?: string
  /** The place of that row in the view, from 0. */
  readonly place?: number
  /** The row at the top of the screen, from 0. */
  readonly at?: number
}

const text = (value: unknown): string | undefined => {
  const said = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value).trim() : ''
  return said || undefined
}

const number = (value: unknown): number | undefined => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined)

/** Takes what is sound of an address and leaves the rest out. A reader of addresses turns `5` into a number and `true` into a truth value. */
export function readSearch(raw: Readonly<Record<string, unknown>>): RowsSearch {
  const sample = number(raw['sample'])
  return tidy({
    ref: text(raw['ref']),
    where: text(raw['where']),
    search: text(raw['search']),
    marked: text(raw['marked']),
    sort: text(raw['sort']),
    sample: sample || undefined,
    seed: sample ? number(raw['seed']) || undefined : undefined,
    row: text(raw['row']),
    place: number(raw['place']),
    at: number(raw['at']) || undefined,
  })
}

type Loose = { readonly [K in keyof RowsSearch]: RowsSearch[K] | undefined }

function tidy(search: Loose): RowsSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined))
}

/** A view changed: what belongs to the rows of the old one, such as the place scrolled to, is left behind. */
export function changeView(search: RowsSearch, change: Loose): RowsSearch {
  return tidy({ ...search, row: undefined, place: undefined, at: undefined, ...change })
}

/** The same view, with something else open or scrolled to. */
export function moveView(search: RowsSearch, change: Loose): RowsSearch {
  return tidy({ ...search, ...change })
}

export function sortOf(said: string | undefined): GridSort | null {
  if (said === undefined) return null
  const descending = said.startsWith('-')
  return { column: descending ? said.slice(1) : said, descending }
}

export const sayingSort = (sort: GridSort | null): string | undefined => (sort ? `${sort.descending ? '-' : ''}${sort.column}` : undefined)
