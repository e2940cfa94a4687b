import { queries } from '@/api/client'
import type { components } from '@/api/schema'

export type DatasetFacts = components['schemas']['DatasetFacts']

const page = 100

export function useDatasets(project: string, start = 0, enabled = true) {
  return queries.useQuery('get', '/api/v1/projects/{project}/datasets', { params: { path: { project }, query: { start, limit: page } } }, { enabled })
}
