import { useMutation, useQueryClient } from '@tanstack/react-query'
import { client, queries } from '@/api/client'
import type { components } from '@/api/schema'
import type { Problem } from '@/core/problem'

type Schemas = components['schemas']
export type QueueFacts = Schemas['QueueFacts']
export type Shown = Schemas['Shown']
export type Review = Schemas['ReviewFacts']
export type Revealed = Schemas['Revealed']
export type NewQueue = Schemas['NewQueue']
export type Given = Schemas['Given']

const DATASET = '/api/v1/projects/{project}/datasets/{dataset}'

/** A dataset of a project. */
export interface ReviewsOf {
  readonly project: string
  readonly dataset: string
}

/** A reviewer at work on a queue. */
export interface WorkOf extends ReviewsOf {
  readonly queue: number
  readonly reviewer: string
}

export function useQueues(path: ReviewsOf) {
  return queries.useQuery('get', `${DATASET}/queues`, { params: { path, query: { limit: 100 } } })
}

/** The row that is to be looked at, or the one that was reviewed so many before. */
export function useNext({ project, dataset, queue, reviewer }: WorkOf, back: number) {
  return queries.useQuery('get', `${DATASET}/queues/{queue}/next`, { params: { path: { project, dataset, queue }, query: { reviewer, back } } })
}

export function useReviews(path: ReviewsOf, query: { row?: string; by?: string; reviewer?: string; limit?: number }, enabled = true) {
  return queries.useQuery('get', `${DATASET}/reviews`, { params: { path, query } }, { enabled })
}

export function useAgreement(path: ReviewsOf) {
  return queries.useQuery('get', `${DATASET}/reviews/agreement`, { params: { path } })
}

/** The labels that rows have in a column `label`, and those that reviews gave, the first given first. */
export function useLabels(path: ReviewsOf): { inRows: string[]; inReviews: string[] } {
  const columns = queries.useQuery('get', `${DATASET}/columns`, { params: { path, query: { limit: 1000 } } })
  const reviews = useReviews(path, { limit: 1000 })
  const facts = columns.data?.items.find(({ name }) => name === 'label') as { values?: { value: unknown }[] } | undefined
  const inRows = (facts?.values ?? []).map(({ value }) => value).filter((value) => typeof value === 'string')
  const inReviews = (reviews.data?.items ?? []).map(({ label }) => label).filter((label) => typeof label === 'string').reverse()
  return { inRows, inReviews }
}

const concerned = /\/datasets\/\{dataset\}\/(queues|reviews|edits|rows\/\{row\})/

/** What a review changes is asked for again where it is shown. */
function useChanged() {
  const cache = useQueryClient()
  return () => cache.invalidateQueries({ predicate: ({ queryKey: [, path] }) => typeof path === 'string' && concerned.test(path) })
}

export function useMakeQueue(path: ReviewsOf) {
  const changed = useChanged()
  return useMutation<QueueFacts, Problem, NewQueue>({
    mutationFn: async (body) => {
      const { data } = await client.POST(`${DATASET}/queues`, { params: { path }, body })
      await changed()
      return data as QueueFacts
    },
  })
}

/** Gives a review of the row that is shown. It is done when the row that follows is there. */
export function useGive({ project, dataset, queue }: WorkOf) {
  const changed = useChanged()
  return useMutation<Revealed, Problem, Given>({
    mutationFn: async (body) => {
      const { data } = await client.POST(`${DATASET}/queues/{queue}/reviews`, { params: { path: { project, dataset, queue } }, body })
      await changed()
      return data as Revealed
    },
  })
}

export function useSkip({ project, dataset, queue }: WorkOf) {
  const changed = useChanged()
  return useMutation<unknown, Problem, Schemas['PlaceOfRow']>({
    mutationFn: async (body) => {
      await client.POST(`${DATASET}/queues/{queue}/skip`, { params: { path: { project, dataset, queue } }, body })
      await changed()
    },
  })
}
