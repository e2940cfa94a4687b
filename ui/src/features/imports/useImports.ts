import { keepPreviousData, useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client, queries } from '@/api/client'
import type { components } from '@/api/schema'
import { useLive } from '@/api/useLive'
import { partsOf, type Detected, type MapBody } from '@/core/imports'
import type { Problem } from '@/core/problem'
import { isGoing, withProgress } from '@/core/runs'

export type ImportFacts = components['schemas']['Import']
export type RunFacts = components['schemas']['Result']

/** Sends a file in parts; `sent` is the share that is there, while one is on its way. What it comes to names the file. */
export function useUpload() {
  const [sent, setSent] = useState<number>()
  const upload = useMutation<string, Problem, File>({
    mutationFn: async (file) => {
      setSent(0)
      const begun = await client.POST('/api/v1/uploads', { body: { name: file.name } })
      const id = begun.data?.id ?? ''
      const parts = partsOf(file.size)
      for (const [n, [start, end]] of parts.entries()) {
        await client.PUT('/api/v1/uploads/{upload}/parts/{n}', {
          params: { path: { upload: id, n: n + 1 } },
          body: '',
          bodySerializer: () => file.slice(start, end),
          headers: { 'Content-Type': 'application/octet-stream' },
        })
        setSent((n + 1) / parts.length)
      }
      await client.POST('/api/v1/uploads/{upload}/complete', { params: { path: { upload: id } } })
      return `upload:${id}`
    },
    onSettled: () => {
      setSent(undefined)
    },
  })
  return { ...upload, sent }
}

/** What a file is under a mapping. The last answer stays while the next is on its way. */
export function useDetected(file: string, map: MapBody, enabled = true) {
  return useQuery<Detected, Problem>({
    queryKey: ['detected', file, map],
    enabled: enabled && file !== '',
    staleTime: Infinity,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const { data } = await client.POST('/api/v1/detect', { body: { file, map }, signal })
      return data as unknown as Detected
    },
  })
}

export interface ToImport {
  files: string[]
  into: string
  map?: MapBody
  commit: boolean
}

/** Starts an import: a run that the server's worker carries out. */
export function useImport(project: string) {
  const cache = useQueryClient()
  return useMutation<RunFacts, Problem, ToImport>({
    mutationFn: async ({ files, into, map, commit }) => {
      const body = { files, into, commit, columns: [], split: '', seed: 0, ...(map && { map }) } as components['schemas']['ToImport']
      const { data } = await client.POST('/api/v1/projects/{project}/imports', { params: { path: { project } }, body })
      if (data === undefined) throw new Error('The server sent no run.')
      return data
    },
    onSuccess: () => forgetOutcomes(cache),
  })
}

/** Commits the rows of an import that only looked at its records. */
export function useCommit() {
  const cache = useQueryClient()
  return queries.useMutation('post', '/api/v1/projects/{project}/imports/{run}/commit', { onSuccess: () => forgetOutcomes(cache) })
}

function forgetOutcomes(cache: QueryClient) {
  return cache.invalidateQueries({ predicate: ({ queryKey }) => queryKey[1] === '/api/v1/projects/{project}/imports/{run}' })
}

/** Where an import stands: its run as the stream tells it, and, once that has come to rest, what it has come to. */
export function useImportRun(project: string, run: string) {
  const told = useLive().running.get(`${project}/${run}`)
  const params = { path: { project, run } }
  const found = queries.useQuery('get', '/api/v1/projects/{project}/runs/{run}', { params })
  const facts = found.data && withProgress(found.data, told)
  const rests = facts !== undefined && !isGoing(facts.state)
  const outcome = queries.useQuery('get', '/api/v1/projects/{project}/imports/{run}', { params }, { enabled: rests, staleTime: Infinity })
  return { run: facts, outcome: rests ? outcome.data : undefined, error: found.error ?? outcome.error, refetch: found.refetch }
}

/** The sample datasets that ship. */
export function useSamples(enabled = true) {
  return queries.useQuery('get', '/api/v1/samples', {}, { staleTime: Infinity, enabled })
}
