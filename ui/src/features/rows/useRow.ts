import { queries } from '@/api/client'
import { spoken, type RowsOf } from './source'

/** One row in full, at the version that is looked at. */
export function useRow({ project, dataset }: RowsOf, ref: string | undefined, row: string) {
  return queries.useQuery('get', '/api/v1/projects/{project}/datasets/{dataset}/rows/{row}', {
    params: { path: { project, dataset: spoken(dataset, ref), row } },
  })
}
