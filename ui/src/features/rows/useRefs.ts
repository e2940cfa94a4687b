import { queries } from '@/api/client'
import { isRun, type RowsOf } from './source'

/** The branches, tags and releases of a dataset; a run has none. */
export function useRefs({ project, dataset }: RowsOf) {
  return queries.useQuery(
    'get',
    '/api/v1/projects/{project}/datasets/{dataset}/refs',
    { params: { path: { project, dataset }, query: { limit: 1000 } } },
    { enabled: !isRun(dataset) },
  )
}
