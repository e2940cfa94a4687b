import { useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { queries } from '@/api/client'
import type { RowSaid } from '@/core/rows/cells'
import type { RowsSearch } from '@/core/rows/search'
import { Journal, rowEdits, type RowEdits } from './edits'
import { spoken, type RowsOf } from './source'

const EDITS = '/api/v1/projects/{project}/datasets/{dataset}/edits'
const ROW = '/api/v1/projects/{project}/datasets/{dataset}/rows/{row}'

/** Edits of the branch that is looked at; none where it is no branch. What they change is asked for again where it is shown. */
export function useEdits(of: RowsOf, search: RowsSearch, total: number | null, scores: ReadonlyMap<string, RowSaid['scores']>, can: boolean) {
  const cache = useQueryClient()
  const { project, dataset } = of
  const { ref, where, search: words, marked, sample } = search
  const branch = `${project}/${spoken(dataset, ref)}`
  const journal = useMemo(() => ({ branch, kept: new Journal() }).kept, [branch])
  return useMemo((): RowEdits | undefined => {
    if (!can) return undefined
    const onChanged = () => {
      void cache.invalidateQueries({ predicate: ({ queryKey: [, path] }) => path === EDITS || path === ROW })
    }
    const view: RowsSearch = {
      ...(ref && { ref }), ...(where && { where }), ...(words && { search: words }), ...(marked && { marked }), ...(sample && { sample }),
    }
    return rowEdits({ of: { project, dataset }, search: view, total, journal, scores, onChanged })
  }, [can, cache, project, dataset, ref, where, words, marked, sample, total, journal, scores])
}

/** What is not committed yet on a branch, counted. */
export function useUncommitted({ project, dataset }: RowsOf, ref: string | undefined, enabled: boolean) {
  return queries.useQuery('get', EDITS, { params: { path: { project, dataset: spoken(dataset, ref) }, query: { limit: 1 } } }, { enabled })
}
