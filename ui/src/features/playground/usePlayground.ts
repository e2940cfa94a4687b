import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { client, queries } from '@/api/client'
import type { components } from '@/api/schema'
import type { Problem } from '@/core/problem'

export type Question = components['schemas']['ToLook']
export type Looked = components['schemas']['Looked']
export type Asks = components['schemas']['Asks']
export type Answered = components['schemas']['Answered']
export type ToAsk = components['schemas']['ToAsk']

/** A text once it has not changed for a moment. */
function useSettled(text: string, wait = 150): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => { setSettled(text) }, wait)
    return () => { clearTimeout(timer) }
  }, [text, wait])
  return settled
}

/** What would be sent, and which values it lacks. Nothing is asked of a model. */
export function useLook(project: string, question: Question) {
  const latest = useSettled(JSON.stringify(question))
  const body = JSON.parse(latest) as Question
  return useQuery<Looked, Problem>({
    queryKey: ['playground look', project, latest],
    enabled: body.prompt !== '' || body.text.trim() !== '',
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: async ({ signal }) => {
      const { data } = await client.POST('/api/v1/projects/{project}/playground/look', { params: { path: { project } }, body, signal })
      return data as Looked
    },
  })
}

export function useAsk(project: string) {
  const cache = useQueryClient()
  return useMutation<Answered, Problem, ToAsk>({
    mutationFn: async (body) => {
      const { data } = await client.POST('/api/v1/projects/{project}/playground/ask', { params: { path: { project } }, body })
      return data as Answered
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ['get', '/api/v1/projects'] }),
  })
}

export function usePrompts(project: string) {
  const found = queries.useQuery('get', '/api/v1/projects/{project}/prompts', { params: { path: { project }, query: { limit: 1000 } } })
  return found.data?.items ?? []
}

/** Whether some model can be asked: a key is there, or the home's own table names one. Undefined while it is not known. */
export function useHasModel(): boolean | undefined {
  const { data } = queries.useQuery('get', '/api/v1/models', { params: { query: { limit: 1000 } } })
  const models = data?.items as { key: boolean | null; own: boolean }[] | undefined
  return models?.some(({ key, own }) => key === true || own)
}

export function useRowColumns(project: string, dataset: string | undefined, row: string | undefined) {
  const path = { project, dataset: dataset ?? '', row: row ?? '' }
  const enabled = dataset !== undefined && row !== undefined
  const found = queries.useQuery('get', '/api/v1/projects/{project}/datasets/{dataset}/rows/{row}', { params: { path } }, { enabled })
  return enabled ? found.data?.data : undefined
}

export function useRows(project: string, dataset: string, search: string) {
  const query = { limit: 20, ...(search !== '' && { search }) }
  const params = { path: { project, dataset }, query }
  return queries.useQuery('get', '/api/v1/projects/{project}/datasets/{dataset}/rows', { params }, { enabled: dataset !== '', retry: false })
}

export function useDatasetNames(project: string): readonly string[] {
  const { data } = queries.useQuery('get', '/api/v1/projects/{project}/datasets', { params: { path: { project }, query: { limit: 1000 } } })
  return data?.items.map(({ name }) => name) ?? []
}
