import { useQueryClient } from '@tanstack/react-query'
import { queries } from '@/api/client'

const path = '/api/v1/projects'

export function useProjects() {
  return queries.useQuery('get', path, { params: { query: { limit: 1000 } } })
}

/** After an act the list is asked for again, and what is shown waits for it. */
function useListAgain() {
  const cache = useQueryClient()
  return () => cache.invalidateQueries({ queryKey: ['get', path] })
}

export function useCreateProject() {
  return queries.useMutation('post', path, { onSuccess: useListAgain() })
}

export function useRenameProject() {
  return queries.useMutation('patch', '/api/v1/projects/{project}', { onSuccess: useListAgain() })
}

export function useDeleteProject() {
  return queries.useMutation('delete', '/api/v1/projects/{project}', { onSuccess: useListAgain() })
}
