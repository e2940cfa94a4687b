import { useMutation, useQueryClient } from '@tanstack/react-query'
import { client, queries } from '@/api/client'
import type { components } from '@/api/schema'
import type { Problem } from '@/core/problem'

export type KeyFacts = components['schemas']['KeyFacts']
export type ProjectFacts = components['schemas']['ProjectFacts']

/** A model of the server's table. Prices in US dollars for a million tokens. */
export interface ModelFacts {
  model: string
  price_in?: number
  price_out?: number
  context?: number
  can?: string[]
  key: boolean | null
  own: boolean
}

export function useKeys() {
  return queries.useQuery('get', '/api/v1/keys', { params: { query: { limit: 1000 } } })
}

export function useModels() {
  const found = queries.useQuery('get', '/api/v1/models', { params: { query: { limit: 1000 } } })
  return { ...found, models: found.data?.items as ModelFacts[] | undefined }
}

/** Keys decide which models can be asked: after a change both are asked for again. */
function useKeysAgain() {
  const cache = useQueryClient()
  return () => Promise.all(['/api/v1/keys', '/api/v1/models'].map((path) => cache.invalidateQueries({ queryKey: ['get', path] })))
}

export function useAddKey() {
  return queries.useMutation('post', '/api/v1/keys', { onSuccess: useKeysAgain(), gcTime: 0 })
}

export function useRemoveKey() {
  return queries.useMutation('delete', '/api/v1/keys/{name}', { onSuccess: useKeysAgain() })
}

/** What came of one question to a model. */
export interface Trial {
  model: string
  place: string
  seconds: number
  way: string
  answer: unknown
  cost: number | null
  what: string
  fix: string
  ok: boolean
}

export function useTestModel() {
  return useMutation<Trial | undefined, Problem, { model: string; base_url: string | null }>({
    mutationFn: async (wanted) => {
      const { data } = await client.POST('/api/v1/models/test', { body: { ...wanted, embed: false } })
      return data?.items[0] as Trial | undefined
    },
  })
}

export function useProjects() {
  return queries.useQuery('get', '/api/v1/projects', { params: { query: { limit: 1000 } } })
}

export function useSetBudget() {
  const cache = useQueryClient()
  return queries.useMutation('put', '/api/v1/projects/{project}/budget', {
    onSuccess: () => cache.invalidateQueries({ queryKey: ['get', '/api/v1/projects'] }),
  })
}
