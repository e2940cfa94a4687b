import { queries } from '@/api/client'
import type { components } from '@/api/schema'

export type RunFacts = components['schemas']['Result']

export function useRuns(project: string, start = 0) {
  return queries.useQuery('get', '/api/v1/projects/{project}/runs', { params: { path: { project }, query: { start, limit: 100 } } })
}
