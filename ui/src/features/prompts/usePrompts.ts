import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { client, queries } from '@/api/client'
import type { components } from '@/api/schema'
import type { Problem } from '@/core/problem'
import type { PromptSaid } from '@/core/prompts'

/** A version of a prompt: all that it says is there, whatever is a default. */
export type PromptFacts = Omit<components['schemas']['StoredPrompt'], 'prompt'> & { prompt: PromptSaid }
export type LoggedPrompt = components['schemas']['LoggedPrompt']
/** What is sent of a prompt. */
export const toSend = (prompt: PromptSaid | { text: string }) => prompt as components['schemas']['Prompt']

const AT = '/api/v1/projects/{project}/prompts'

export function usePrompts(project: string) {
  const found = queries.useQuery('get', AT, { params: { path: { project }, query: { limit: 1000 } } })
  return { ...found, prompts: found.data?.items as PromptFacts[] | undefined }
}

export function usePrompt(project: string, prompt: string) {
  const found = queries.useQuery('get', `${AT}/{prompt}`, { params: { path: { project, prompt } } })
  return { ...found, facts: found.data as PromptFacts | undefined }
}

export function useLog(project: string, prompt: string) {
  return queries.useQuery('get', `${AT}/{prompt}/log`, { params: { path: { project, prompt }, query: { limit: 1000 } } })
}

export function usePromptDiff(project: string, old: string, now: string, enabled: boolean) {
  return queries.useQuery('get', `${AT}/{prompt}/diff`, { params: { path: { project, prompt: old }, query: { new: now } } }, { enabled })
}

/** Whatever is known of prompts is asked for again. */
function useAgain() {
  const cache = useQueryClient()
  return () =>
    cache.invalidateQueries({ predicate: ({ queryKey }) => typeof queryKey[1] === 'string' && queryKey[1].startsWith(AT) })
}

export function useKeep() {
  return queries.useMutation('post', AT, { onSuccess: useAgain() })
}

export function useRestore() {
  return queries.useMutation('post', `${AT}/{prompt}/restore`, { onSuccess: useAgain() })
}

export function useFork() {
  return queries.useMutation('post', `${AT}/{prompt}/fork`, { onSuccess: useAgain() })
}

export function useTag() {
  return queries.useMutation('post', `${AT}/{prompt}/tags`, { onSuccess: useAgain() })
}

export function useDeleteTag() {
  return queries.useMutation('delete', `${AT}/{prompt}/tags/{tag}`, { onSuccess: useAgain() })
}

export function useTags(project: string, prompt: string) {
  return queries.useQuery('get', `${AT}/{prompt}/tags`, { params: { path: { project, prompt }, query: { limit: 1000 } } })
}

/** Something that may be wrong with a prompt, as the server finds it by rules. */
export interface Finding {
  rule: string
  severity: 'high' | 'medium' | 'low'
  place: string
  line: number | null
  span: [number, number] | null
  what: string
  fix: string
}

/** Looks a prompt over once it has not changed for a moment; an error says why it cannot be read. */
export function useFindings(project: string, prompt: PromptSaid) {
  const said = JSON.stringify(prompt)
  const [settled, setSettled] = useState(said)
  useEffect(() => {
    const timer = setTimeout(() => { setSettled(said) }, 300)
    return () => { clearTimeout(timer) }
  }, [said])
  return useQuery<Finding[], Problem>({
    queryKey: ['prompt findings', project, settled],
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: async ({ signal }) => {
      const body = { prompt: toSend(JSON.parse(settled) as PromptSaid), name: '', step: '' }
      const { data } = await client.POST(`${AT}/lint`, { params: { path: { project } }, body, signal })
      return (data?.findings ?? []) as Finding[]
    },
  })
}

/** A prompt tried on one row. */
export interface Tried {
  row: number
  values: Record<string, unknown>
  system: string
  text: string
  problem: string
  answer: string | null
  reason: string
}

export interface Test {
  prompt: string
  rows: Tried[]
  asked: { run: string; state: string; reason: string; calls: number; calls_reused: number; cost_usd: number | null } | null
}

export type ToTry = components['schemas']['PromptToTry']

export function useTest(project: string) {
  return useMutation<Test, Problem, ToTry>({
    mutationFn: async (body) => {
      const { data } = await client.POST(`${AT}/test`, { params: { path: { project } }, body })
      return data as unknown as Test
    },
  })
}

/** What a judge found: how B differs from A over the rows that both answered. */
export interface Compared {
  verdict: string
  difference: number | null
  low: number | null
  high: number | null
  paired: number
  judge: { a: number; b: number; ties: number; cost_usd: number | null } | null
  notes: string[]
}

export interface ToCompare {
  run: string
  other: string
  judge: string
  base_url: string | null
  criteria: string
}

export function useCompare(project: string) {
  return useMutation<Compared, Problem, ToCompare>({
    mutationFn: async ({ run, other, ...how }) => {
      const params = { path: { project, run, other } }
      const body = { ...how, by: [], columns: [], limit: 5 }
      const { data } = await client.POST('/api/v1/projects/{project}/runs/{run}/compare/{other}', { params, body })
      return data as unknown as Compared
    },
  })
}

export function useDatasetNames(project: string): readonly string[] {
  const { data } = queries.useQuery('get', '/api/v1/projects/{project}/datasets', { params: { path: { project }, query: { limit: 1000 } } })
  return data?.items.map(({ name }) => name) ?? []
}
