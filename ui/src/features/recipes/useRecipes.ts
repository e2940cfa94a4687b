import { useMutation, useQuery } from '@tanstack/react-query'
import { client, queries } from '@/api/client'
import type { components } from '@/api/schema'
import type { Problem } from '@/core/problem'
import type { Recipe } from '@/core/recipes'

export type Quote = components['schemas']['Quote']
export type Range = components['schemas']['Range']
export type RunFacts = components['schemas']['Result']
export type NewRun = components['schemas']['NewRun']

/** A model that a recipe can name; the server's table says more of it. */
export interface KnownModel {
  model: string
  price_in?: number
  price_out?: number
  /** Whether a key is there; null: none is needed. */
  key: boolean | null
  own: boolean
}

/** The catalogue; it changes only with the server's version. */
export function useRecipes() {
  const found = queries.useQuery('get', '/api/v1/recipes', { params: { query: { limit: 1000 } } }, { staleTime: Infinity })
  return { ...found, recipes: found.data?.items as Recipe[] | undefined }
}

export function useRecipe(name: string) {
  const found = queries.useQuery('get', '/api/v1/recipes/{name}', { params: { path: { name } } }, { staleTime: Infinity })
  return { ...found, recipe: found.data as Recipe | undefined }
}

/** The text of a recipe as its file has it. */
export function useRecipeText(name: string) {
  return useQuery({
    queryKey: ['recipe text', name],
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const { data } = await client.GET('/api/v1/recipes/{name}/yaml', { params: { path: { name } }, parseAs: 'text', signal })
      return data ?? ''
    },
  })
}

export function useModels() {
  const found = queries.useQuery('get', '/api/v1/models', { params: { query: { limit: 1000 } } })
  return (found.data?.items as KnownModel[] | undefined) ?? []
}

export interface Asked {
  recipe: string
  sets: Record<string, string>
  budget_usd: number | null
  target: number | null
}

/** What check and quote have come to, and for which values. */
export interface Quoted {
  asked: Asked
  notes: readonly string[]
  quote: Quote
}

/** Checks a recipe, then quotes it. Nothing is spent. */
export function useCheckAndQuote(project: string) {
  return useMutation<Quoted, Problem, Asked>({
    mutationFn: async (asked) => {
      const params = { path: { project } }
      const { recipe, sets, budget_usd } = asked
      const checked = await client.POST('/api/v1/projects/{project}/check', { params, body: { recipe, sets, budget_usd, offline: false } })
      const { data } = await client.POST('/api/v1/projects/{project}/quote', { params, body: { ...asked, batch: false } })
      if (data === undefined) throw new Error('The server sent no quote.')
      return { asked, notes: (checked.data?.notes ?? []) as string[], quote: data }
    },
  })
}

export function useStart(project: string) {
  return useMutation<RunFacts, Problem, Partial<NewRun> & { recipe: string }>({
    mutationFn: async (wanted) => {
      const { data } = await client.POST('/api/v1/projects/{project}/runs', { params: { path: { project } }, body: wanted as NewRun })
      if (data === undefined) throw new Error('The server sent no run.')
      return data
    },
  })
}
