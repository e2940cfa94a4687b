import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { client } from '@/api/client'
import type { components } from '@/api/schema'
import type { Problem } from '@/core/problem'
import type { SourceBody } from '@/core/sources'

export type Look = components['schemas']['Look']
export type RunFacts = components['schemas']['Result']

/** What cleaning does to a document. */
export interface Cleaned {
  name: string
  before: string
  after: string
  before_characters: number
  after_characters: number
  change_count: number
  changes: readonly { start: number; end: number; was: string; now: string }[]
  dropped: string
  detail: string
}

export interface Sizes {
  count: number
  total: number
  min?: number
  max?: number
  mean?: number
  p50?: number
  p95?: number
  histogram: readonly { from: number; to: number; count: number }[]
}

const kept = { staleTime: Infinity, placeholderData: keepPreviousData, retry: false } as const

/** The first documents of a source. */
export function useLook(project: string, body: SourceBody, limit = 10) {
  return useQuery<Look, Problem>({
    ...kept,
    queryKey: ['source looked at', project, body, limit],
    queryFn: async ({ signal }) => found(await client.POST('/api/v1/projects/{project}/sources/look', { params: { path: { project } }, body: { ...body, limit }, signal })),
  })
}

/** What a step would clean. */
export function useCleaned(project: string, body: SourceBody, step: string, limit = 10) {
  return useQuery<Look, Problem>({
    ...kept,
    queryKey: ['source cleaned', project, body, step, limit],
    queryFn: async ({ signal }) => {
      const wanted = { ...body, step, step_settings: {}, limit }
      return found(await client.POST('/api/v1/projects/{project}/sources/clean', { params: { path: { project } }, body: wanted, signal }))
    },
  })
}

export interface Cutting {
  by: string
  size: number | undefined
  overlap: number | undefined
}

function settingsOf({ size, overlap, by }: Cutting): Record<string, unknown> {
  return { ...(size !== undefined && by !== 'whole' && { size }), ...(overlap !== undefined && overlap > 0 && { overlap }) }
}

/** The chunks that would be cut. */
export function useChunked(project: string, body: SourceBody, cutting: Cutting) {
  const wanted = { ...body, by: cutting.by, chunk_settings: settingsOf(cutting), limit: 30 }
  return useQuery<Look, Problem>({
    ...kept,
    queryKey: ['source chunked', project, wanted],
    queryFn: async ({ signal }) => found(await client.POST('/api/v1/projects/{project}/sources/chunk', { params: { path: { project } }, body: wanted, signal })),
  })
}

function found({ data }: { data?: Look | undefined }): Look {
  if (data === undefined) throw new Error('The server sent no answer.')
  return data
}

/** Has a dataset made of what a source gives, or of its chunks. */
export function useTake(project: string) {
  return useMutation<RunFacts, Problem, { body: SourceBody; into: string; cutting: Cutting | undefined }>({
    mutationFn: async ({ body, into, cutting }) => {
      const wanted = { ...body, into, by: cutting?.by ?? null, chunk_settings: cutting === undefined ? {} : settingsOf(cutting) }
      const { data } = await client.POST('/api/v1/projects/{project}/sources/take', { params: { path: { project } }, body: wanted })
      if (data === undefined) throw new Error('The server sent no run.')
      return data
    },
  })
}

/** Where a source is for recipes. */
export function usePlace(project: string) {
  return useMutation<string, Problem, SourceBody>({
    mutationFn: async (body) => {
      const { data } = await client.POST('/api/v1/projects/{project}/sources/place', { params: { path: { project } }, body })
      return data?.place ?? body.source
    },
  })
}
