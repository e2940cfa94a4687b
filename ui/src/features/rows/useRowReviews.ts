import { useMutation, useQueryClient } from '@tanstack/react-query'
import { client, queries } from '@/api/client'
import type { components } from '@/api/schema'
import type { Problem } from '@/core/problem'
import { isRun, spoken, type RowsOf } from './source'

const DATASET = '/api/v1/projects/{project}/datasets/{dataset}'
const REVIEWS = `${DATASET}/reviews` as const

/** What people think of a row, newest first; a row of a run has no reviews. */
export function useRowReviews({ project, dataset }: RowsOf, version: string | undefined, row: string) {
  const path = { project, dataset: spoken(dataset, version) }
  return queries.useQuery('get', REVIEWS, { params: { path, query: { row, limit: 1000 } } }, { enabled: !isRun(dataset) })
}

/** Reviews a row as it stands on a branch. */
export function useAddReview({ project, dataset }: RowsOf, version: string | undefined, row: string) {
  const cache = useQueryClient()
  return useMutation<unknown, Problem, components['schemas']['NewReview']>({
    mutationFn: async (body) => {
      const path = { project, dataset: spoken(dataset, version), row }
      await client.POST(`${DATASET}/rows/{row}/reviews`, { params: { path }, body })
      await cache.invalidateQueries({ predicate: ({ queryKey: [, asked] }) => typeof asked === 'string' && asked.startsWith(REVIEWS) })
    },
  })
}
