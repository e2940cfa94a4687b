import type { QueryClient } from '@tanstack/react-query'
import { changedPath, running, type Happened, type News, type Running } from '@/core/news'
import { follow } from './stream'

/** What the stream has told so far. */
export interface Live {
  running: Running
  /** Whether the server answers; unknown until it is known. */
  here: boolean | undefined
}

let live: Live = { running: new Map(), here: undefined }
const listeners = new Set<() => void>()

export function currentLive(): Live {
  return live
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Takes some news: what it is about is asked for again where it is shown. */
export function take(news: News, cache: QueryClient): void {
  const next: Live = { running: running(live.running, news), here: news.kind === 'here' ? news.value : true }
  const back = live.here === false && next.here === true
  if (next.running !== live.running || next.here !== live.here) {
    live = next
    listeners.forEach((listener) => {
      listener()
    })
  }
  if (news.kind === 'event') void cache.invalidateQueries({ predicate: ({ queryKey }) => concerns(news.value, queryKey) })
  if (news.kind === 'reload' || back) void cache.invalidateQueries()
}

/** Whether an answer that is kept under a key of `queries` (method, path, parameters) may have changed. */
export function concerns(happened: Happened, [, path, init]: readonly unknown[]): boolean {
  if (typeof path !== 'string' || !path.startsWith(changedPath(happened))) return false
  const { params } = (init ?? {}) as { params?: { path?: { project?: string } } }
  return params?.path?.project === undefined || params.path.project === happened.project
}

/** Keeps what is shown in step with the server. */
export function followLive(cache: QueryClient): () => void {
  return follow((news) => {
    take(news, cache)
  })
}
