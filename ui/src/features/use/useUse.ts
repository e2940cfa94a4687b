import { useMutation, useQueryClient } from '@tanstack/react-query'
import { client, queries } from '@/api/client'
import type { components } from '@/api/schema'
import type { Problem } from '@/core/problem'
import type { Checked, FormatFacts, SplitTold } from '@/core/use'

const DATASET = '/api/v1/projects/{project}/datasets/{dataset}'

/** A dataset of a project. */
export interface UseOf {
  readonly project: string
  readonly dataset: string
}

export function useFormats() {
  const found = queries.useQuery('get', '/api/v1/formats', { params: { query: { limit: 1000 } } })
  return { ...found, formats: found.data?.items as readonly FormatFacts[] | undefined }
}

/** The names of the columns of the newest version. */
export function useColumns(path: UseOf) {
  const found = queries.useQuery('get', `${DATASET}/columns`, { params: { path, query: { limit: 1000 } } })
  return { ...found, columns: found.data?.items.map(({ name }) => String(name)) }
}

export function usePreview(path: UseOf, format: string) {
  return queries.useQuery('get', `${DATASET}/export-preview`, { params: { path, query: { format, limit: 3 } } })
}

/** What the consumer of a format will keep. */
export function useExportCheck(path: UseOf, { name: format, consumer }: FormatFacts, enabled: boolean) {
  const body = { format }
  const ask = enabled && consumer !== ''
  const found = queries.useQuery('post', `${DATASET}/export-check`, { params: { path }, body }, { retry: false, enabled: ask })
  return { ...found, checked: found.data as unknown as Checked | undefined }
}

interface DownloadWanted {
  readonly format: string
  readonly where: string | null
  readonly split_by: string | null
  readonly anyway: boolean
  /** A table disarms what a spreadsheet would take for a formula. */
  readonly spreadsheet_safe: boolean
}

/** Makes a file and hands it to the browser. */
export function useDownload({ project, dataset }: UseOf) {
  return useMutation<unknown, Problem, DownloadWanted>({
    mutationFn: async (wanted) => {
      const body = { ...wanted, datasets: [dataset], lock: false, drop_uncleared: false }
      const { data, response } = await client.POST('/api/v1/projects/{project}/downloads', { params: { path: { project } }, body, parseAs: 'blob' })
      const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? dataset
      const link = document.createElement('a')
      link.href = URL.createObjectURL(data as unknown as Blob)
      link.download = name
      link.click()
      setTimeout(() => { URL.revokeObjectURL(link.href) }, 60_000)
    },
  })
}

export type SplitWanted = Pick<components['schemas']['ToSplit'], 'parts' | 'by' | 'stratify'>
const usual = { seed: 42, column: 'split', similarity: 0.7 }

export function usePreviewSplit(path: UseOf) {
  return useMutation<SplitTold, Problem, SplitWanted>({
    mutationFn: async (wanted) => {
      const { data } = await client.POST(`${DATASET}/split/preview`, { params: { path }, body: { ...usual, ...wanted } })
      return data as unknown as SplitTold
    },
  })
}

export function useSplit(path: UseOf) {
  const cache = useQueryClient()
  return useMutation<SplitTold, Problem, SplitWanted>({
    mutationFn: async (wanted) => {
      const { data } = await client.POST(`${DATASET}/split`, { params: { path }, body: { ...usual, ...wanted } })
      await cache.invalidateQueries()
      return data as unknown as SplitTold
    },
  })
}

export function usePush(path: UseOf) {
  return useMutation<readonly string[], Problem, { place: string; public: boolean }>({
    mutationFn: async (body) => {
      const { data } = await client.POST(`${DATASET}/push`, { params: { path }, body })
      return (data as unknown as { told: string[] }).told
    },
  })
}

interface Bound {
  readonly name: string
  readonly licences: readonly string[]
  readonly rows: number
}

export function useLicences(path: UseOf) {
  const found = queries.useQuery('get', `${DATASET}/licences`, { params: { path } })
  const licences = found.data as unknown as { rows: number; cleared: number; sources: readonly Bound[]; models: readonly Bound[] } | undefined
  return { ...found, licences }
}
