import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { client, queries } from '@/api/client'
import type { components } from '@/api/schema'
import { useLive } from '@/api/useLive'
import type { Problem } from '@/core/problem'
import type { Assessed } from '@/core/quality'

type Schemas = components['schemas']
export type CheckRun = Schemas['CheckRun']
export type KnownCheck = Schemas['KnownCheck']
export type Quote = Schemas['Quote']
export type Wanted = Pick<Schemas['ChecksToDo'], 'checks' | 'model' | 'embedder' | 'against' | 'budget_usd'>

const QUALITY = '/api/v1/projects/{project}/datasets/{dataset}/quality'

/** A dataset of a project. */
export interface QualityOf {
  readonly project: string
  readonly dataset: string
}

export const isDone = (state: string): boolean => state === 'finished' || state === 'shortfall'

/** The runs that have checked the dataset, asked for again when one of them comes to rest; and how far the newest is. */
export function useCheckRuns(path: QualityOf) {
  const found = queries.useQuery('get', QUALITY, { params: { path, query: { limit: 50 } } })
  const { running } = useLive()
  const { refetch, data } = found
  const told = data?.items.map(({ run }) => running.get(`${path.project}/${run}`)?.state ?? '').join(' ')
  useEffect(() => {
    if (told !== undefined) void refetch()
  }, [told, refetch])
  return found
}

/** How many rows a run has checked so far. */
export function useCheckedSoFar(project: string, run: string): number | undefined {
  return useLive().running.get(`${project}/${run}`)?.totals.kept
}

export function useChecks(path: QualityOf) {
  return queries.useQuery('get', `${QUALITY}/checks`, { params: { path, query: { limit: 1000 } } })
}

/** What a run of checks that has ended has found. */
export function useAssessed({ project, dataset }: QualityOf, run: string | undefined) {
  const params = { path: { project, dataset, run: run ?? '' } }
  const found = queries.useQuery('get', `${QUALITY}/{run}`, { params }, { enabled: run !== undefined, staleTime: Infinity })
  return { ...found, assessed: found.data as unknown as Assessed | undefined }
}

/** What is sent beside what was chosen. */
const more = { settings: {}, offline: false }

export function usePlan(path: QualityOf) {
  return useMutation<Quote, Problem, Wanted>({
    mutationFn: async (wanted) => {
      const { data } = await client.POST(`${QUALITY}/plan`, { params: { path }, body: { ...more, ...wanted, fix: [], tries: 2 } })
      return data as Quote
    },
  })
}

export function useBegin(path: QualityOf) {
  const cache = useQueryClient()
  return useMutation<string, Problem, Wanted>({
    mutationFn: async (wanted) => {
      const { data } = await client.POST(QUALITY, { params: { path }, body: { ...more, ...wanted } })
      await cache.invalidateQueries({ predicate: ({ queryKey: [, asked] }) => asked === QUALITY })
      return (data as NonNullable<typeof data>).run
    },
  })
}

/** Takes flagged rows out, as the next version. */
export function useRemove({ project, dataset }: QualityOf, run: string) {
  const cache = useQueryClient()
  return useMutation<{ rows_before: number; rows: number; version: string }, Problem, readonly string[]>({
    mutationFn: async (why) => {
      const body = { why: [...why], keep: [] }
      const { data } = await client.POST(`${QUALITY}/{run}/remove`, { params: { path: { project, dataset, run } }, body })
      await cache.invalidateQueries()
      return data as unknown as { rows_before: number; rows: number; version: string }
    },
  })
}

/** Has a model repair flagged rows; done when it is. */
export function useFix({ project, dataset }: QualityOf, run: string) {
  const cache = useQueryClient()
  return useMutation<Fixed, Problem, { why: string; model: string; budget_usd: number | null }>({
    mutationFn: async ({ why, ...given }) => {
      const body = { ...more, ...given, why: [why], tries: 2, remove: [], keep: [] }
      const { data } = await client.POST(`${QUALITY}/{run}/fix`, { params: { path: { project, dataset, run } }, body })
      await cache.invalidateQueries()
      return data as unknown as Fixed
    },
  })
}

export interface Fixed {
  readonly fixed: number
  readonly still_flagged: number
  readonly refused: number
  readonly version: string
}
