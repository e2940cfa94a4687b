import { client } from '@/api/client'
import type { components } from '@/api/schema'
import type { GridPage, GridSource } from '@/core/grid/source'
import { asProblem } from '@/core/problem'
import { gridRow } from '@/core/rows/cells'
import type { RowsSearch } from '@/core/rows/search'

export type RowPage = components['schemas']['RowPage']
export type RowFacts = components['schemas']['RowFacts']

/** Rows of a dataset (`name`, or `run:r12`) in a project. */
export interface RowsOf {
  readonly project: string
  readonly dataset: string
}

export const isRun = (dataset: string): boolean => dataset.startsWith('run:')

/** A dataset at a branch, tag or version, as the server is asked for it. */
export const spoken = (dataset: string, ref: string | undefined): string => (ref === undefined ? dataset : `${dataset}@${ref}`)

export function rowsQuery({ where, search, marked, sort, sample, seed }: RowsSearch) {
  return {
    ...(where !== undefined && { where }),
    ...(search !== undefined && { search }),
    ...(marked !== undefined && { marked }),
    ...(sort !== undefined && { sort: [sort] }),
    ...(sample !== undefined && { sample }),
    ...(seed !== undefined && { seed }),
  }
}

/** The filter in words: a selection of all that match ends when it becomes another one. A sort changes nothing in it. */
export const matchingOf = ({ ref, where, search, marked, sample, seed }: RowsSearch): string =>
  JSON.stringify([ref, where, search, marked, sample, seed])

/** One view of rows. Its first page has come already, and is given once; asked for again, it comes from the server. */
export function rowsSource({ project, dataset }: RowsOf, search: RowsSearch, first: RowPage, onPage: (page: RowPage) => void): GridSource {
  const path = { project, dataset: spoken(dataset, search.ref) }
  let ready: RowPage | undefined = first
  return {
    matching: matchingOf(search),

    page: async (start, limit, signal) => {
      const there = ready
      if (start === 0) ready = undefined
      if (start === 0 && there) {
        onPage(there)
        return shown(there)
      }
      const query = { ...rowsQuery(search), start, limit }
      const page = await said(client.GET('/api/v1/projects/{project}/datasets/{dataset}/rows', { params: { path, query }, signal }))
      onPage(page)
      return shown(page)
    },

    row: async (id, signal) =>
      gridRow(await said(client.GET('/api/v1/projects/{project}/datasets/{dataset}/rows/{row}', { params: { path: { ...path, row: id } }, signal }))),
  }
}

const shown = ({ items, total }: RowPage): GridPage => ({ rows: items.map(gridRow), total })

/** What was asked for, or an error whose message says what is wrong and what to do. */
export async function said<T>(asked: Promise<{ data?: T }>): Promise<T> {
  try {
    const { data } = await asked
    return data as T
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw error
    const { what, fix } = asProblem(error)
    throw new Error(`${what} ${fix}`.trim(), { cause: error })
  }
}
