import { useMutation, useQueryClient } from '@tanstack/react-query'
import { client, queries } from '@/api/client'
import type { components } from '@/api/schema'
import type { Problem } from '@/core/problem'

export type Guide = components['schemas']['GuideFacts']
export type Item = components['schemas']['ItemFacts']
export type Sample = components['schemas']['Sample']
export type Proposal = components['schemas']['Proposal']
export type Listed = components['schemas']['Listed']
export type Act = Partial<components['schemas']['Act']>
export type Settings = Partial<components['schemas']['Settings']>

const path = '/api/v1/projects/{project}/guides/{guide}'

/** A talk as it stands; events tell when it has changed. */
export function useGuide(project: string, guide: string) {
  return queries.useQuery('get', path, { params: { path: { project, guide } } })
}

export function useGuides(project: string) {
  return queries.useQuery('get', '/api/v1/projects/{project}/guides', { params: { path: { project }, query: { limit: 20 } } })
}

export type Said = { text: string } | { act: Act } | { goOn: true } | { stop: true } | { settings: Settings }

/** Says or does something in a talk. What it changes is asked for anew. */
export function useSay(project: string, guide: string) {
  const cache = useQueryClient()
  return useMutation<unknown, Problem, Said>({
    mutationFn: async (said) => {
      const params = { path: { project, guide } }
      if ('goOn' in said) return client.POST(`${path}/go-on`, { params })
      if ('stop' in said) return client.POST(`${path}/stop`, { params })
      if ('settings' in said) return client.PATCH(path, { params, body: said.settings })
      return client.POST(`${path}/replies`, { params, body: said as components['schemas']['Reply'] })
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ['get', path, { params: { path: { project, guide } } }] }),
  })
}

export type Say = ReturnType<typeof useSay>

export interface ToBegin {
  name: string
  prompt_text?: string
  prompt?: string
  model?: string
  base_url?: string
}

/** Begins a talk. */
export function useBegin(project: string) {
  const cache = useQueryClient()
  return useMutation<Guide, Problem, ToBegin>({
    mutationFn: async (wanted) => {
      const { data } = await client.POST('/api/v1/projects/{project}/guides', { params: { path: { project } }, body: wanted })
      if (data === undefined) throw new Error('The server sent no talk.')
      return data
    },
    onSuccess: () => cache.invalidateQueries({ queryKey: ['get', '/api/v1/projects/{project}/guides'] }),
  })
}

/** Hands the rows of a dataset to the browser as a file. */
export function useDownload(project: string) {
  return useMutation<undefined, Problem, { dataset: string; format: string; file: string }>({
    mutationFn: async ({ dataset, format, file }) => {
      const body = { datasets: [dataset], format, lock: false, drop_uncleared: false, spreadsheet_safe: false, anyway: false, provenance: 'none' }
      const { data } = await client.POST('/api/v1/projects/{project}/downloads', { params: { path: { project } }, body, parseAs: 'blob' })
      const link = document.createElement('a')
      link.href = URL.createObjectURL(data as unknown as Blob)
      link.download = file
      link.click()
      setTimeout(() => {
        URL.revokeObjectURL(link.href)
      }, 1000)
      return undefined
    },
  })
}
