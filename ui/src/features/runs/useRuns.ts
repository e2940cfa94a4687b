import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { client, queries } from '@/api/client'
import type { components } from '@/api/schema'
import { useLive } from '@/api/useLive'
import type { Problem } from '@/core/problem'
import { withProgress } from '@/core/runs'

export type RunFacts = components['schemas']['Result']

/** The runs of a project; those under way as the stream tells them. */
export function useRuns(project: string, start = 0) {
  const { running } = useLive()
  const found = queries.useQuery('get', '/api/v1/projects/{project}/runs', { params: { path: { project }, query: { start, limit: 100 } } })
  return { ...found, runs: found.data?.items.map((run) => withProgress(run, running.get(`${project}/${run.run}`))) }
}

const again = 1000 // ms at least between two looks at the funnel, which the stream does not tell

/** One run. What the stream tells of it shows at once; after such news its funnel is asked for again. */
export function useRun(project: string, run: string) {
  const told = useLive().running.get(`${project}/${run}`)
  const found = queries.useQuery('get', '/api/v1/projects/{project}/runs/{run}', { params: { path: { project, run } } })
  const { refetch } = found
  const asked = useRef(0)
  useEffect(() => {
    if (!told) return undefined
    const timer = setTimeout(
      () => {
        asked.current = Date.now()
        void refetch({ cancelRefetch: false })
      },
      Math.max(0, asked.current + again - Date.now()),
    )
    return () => {
      clearTimeout(timer)
    }
  }, [told, refetch])
  return { ...found, run: found.data && withProgress(found.data, told) }
}

/** A row of a run that failed, or an answer that could not be used. */
export interface TroubleFacts {
  step: number
  reason: string
  detail: string | null
}

export function useTroubles(project: string, run: string) {
  const init = { params: { path: { project, run }, query: { limit: 1000 } } }
  const rows = queries.useQuery('get', '/api/v1/projects/{project}/runs/{run}/troubles', init)
  const draws = queries.useQuery('get', '/api/v1/projects/{project}/runs/{run}/draws', init)
  return {
    error: rows.error ?? draws.error,
    rows: rows.data?.items as TroubleFacts[] | undefined,
    draws: draws.data?.items as TroubleFacts[] | undefined,
  }
}

export interface EventFacts {
  n: number
  kind: string
  data: Record<string, unknown>
  at: number
}

/** What has happened to a run, oldest first. */
export function useEvents(project: string, run: string) {
  const found = queries.useQuery('get', '/api/v1/projects/{project}/events', { params: { path: { project }, query: { run, limit: 200 } } })
  return { ...found, events: found.data?.items as EventFacts[] | undefined }
}

export interface GoOn {
  budget_usd: number | null
  retry_failed: boolean
}

type Act = { act: 'stop' } | { act: 'cancel' } | { act: 'resume'; more: GoOn }

/** Stops, cancels or goes on with a run. The stream tells what comes of it. */
export function useAct(project: string, run: string) {
  return useMutation<unknown, Problem, Act>({
    mutationFn: async (wanted) => {
      const params = { path: { project, run } }
      if (wanted.act === 'stop') return client.POST('/api/v1/projects/{project}/runs/{run}/stop', { params })
      if (wanted.act === 'cancel') return client.POST('/api/v1/projects/{project}/runs/{run}/cancel', { params })
      const body = { ...wanted.more, offline: false, commit_partial: false }
      return client.POST('/api/v1/projects/{project}/runs/{run}/resume', { params, body })
    },
  })
}
