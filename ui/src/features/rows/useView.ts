import { useEffect, useState } from 'react'
import { queries } from '@/api/client'
import { useLive } from '@/api/useLive'
import { PAGE } from '@/core/grid/pages'
import type { GridColumn, GridSource } from '@/core/grid/source'
import { asProblem, type Problem } from '@/core/problem'
import { columnsOf, gridRow } from '@/core/rows/cells'
import type { RowsSearch } from '@/core/rows/search'
import { isRun, rowsQuery, rowsSource, spoken, type RowFacts, type RowPage, type RowsOf } from './source'

/** The rows as they were asked for last, as long as the ones asked for now have not come. */
export interface View {
  readonly source: GridSource
  readonly columns: readonly GridColumn[]
  readonly first: RowPage
  readonly search: RowsSearch
  /** Another one where the rows are to be opened at the place that the address names. */
  readonly opening: number
}

export interface Viewed {
  readonly view: View | null
  /** What was measured of the rows that have come, by id. */
  readonly scores: ReadonlyMap<string, RowFacts['scores']>
  /** What is asked for has not come yet. */
  readonly waiting: boolean
  readonly problem: Problem | undefined
  retry(): void
}

/** Asks for the first page of a view, which says what columns there are and whether the filter can be read; the grid asks for the others. */
export function useView(of: RowsOf, search: RowsSearch): Viewed {
  const path = { project: of.project, dataset: spoken(of.dataset, search.ref) }
  const { data, error, isPending, refetch } = queries.useQuery(
    'get',
    '/api/v1/projects/{project}/datasets/{dataset}/rows',
    { params: { path, query: { ...rowsQuery(search), start: 0, limit: PAGE } } },
    { gcTime: 0 }, // edits change rows, so a page is not kept for a view that one comes back to
  )
  const [view, setView] = useState<View | null>(null)
  const [scores] = useState(() => new Map<string, RowFacts['scores']>())

  if (data && view?.first !== data) {
    const known = view && view.search.ref === search.ref ? view.columns : []
    const returned = view !== null && keyOf(view.search) !== keyOf(search) && (search.at ?? search.place) !== undefined
    const opening = (view?.opening ?? 0) + (returned ? 1 : 0)
    const more = (page: RowPage) => {
      for (const row of page.items) scores.set(row.id, row.scores)
      setView((now) => {
        const grown = now && columnsOf(page.items.map(gridRow), true, now.columns)
        return grown && grown !== now.columns ? { ...now, columns: grown } : now
      })
    }
    const columns = columnsOf(data.items.map(gridRow), true, known)
    setView({ source: rowsSource(of, search, data, more), columns, first: data, search, opening })
  }

  const { running } = useLive()
  const progress = isRun(of.dataset) ? running.get(`${of.project}/${of.dataset.slice(4)}`) : undefined
  const kept = progress?.totals.kept
  useEffect(() => {
    if (kept !== undefined) void refetch()
  }, [kept, refetch])

  return { view, scores, waiting: isPending, problem: error ? asProblem(error) : undefined, retry: () => void refetch() }
}

/** What makes a view another one: all but what is open in it and scrolled to. */
export const keyOf = (search: RowsSearch): string => JSON.stringify([spoken('', search.ref), rowsQuery(search)])
