import { QueryClient } from '@tanstack/react-query'
import { Problem } from '@/core/problem'

/** Whether asking again at once may help: the server was away or busy, and did not refuse. */
export function worthRetrying(tries: number, error: unknown): boolean {
  return tries < 2 && error instanceof Problem && [0, 502, 503, 504].includes(error.status)
}

/** What the server said, kept while it holds. Nothing is asked on a timer: what changes is told by the server, or found on coming back. */
export function newCache(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 30_000, refetchInterval: false, retry: worthRetrying, retryDelay: (tries) => 300 * 2 ** tries },
      mutations: { retry: false },
    },
  })
}
