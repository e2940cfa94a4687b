import createFetchClient, { type Middleware } from 'openapi-fetch'
import createQueries from 'openapi-react-query'
import { Problem } from '@/core/problem'
import type { paths } from './schema'

/** Turns what is no success into a Problem that is thrown, so that no caller has to look at two results. */
const problems: Middleware = {
  async onResponse({ response }) {
    if (!response.ok) throw await problemOf(response)
  },
  onError({ error }) {
    if (error instanceof Problem || (error instanceof Error && error.name === 'AbortError')) return error
    return new Problem(0, {
      error: 'Unreachable',
      what: 'The server does not answer.',
      fix: 'Start it with rowsmith serve, then try again. Runs that were under way go on from where they were.',
    })
  },
}

export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null)
  if (typeof body === 'object' && body !== null && 'what' in body) return new Problem(response.status, body as Record<string, unknown>)
  const what = `The server answered ${String(response.status)} ${response.statusText}`.trim()
  return new Problem(response.status, { what: `${what}.`, fix: 'Try again; the log of the server may say more.' })
}

/** The server, typed by its own description. Errors are thrown as Problem. */
export const client = createFetchClient<paths>({
  baseUrl: location.origin,
  credentials: 'same-origin',
  fetch: (request) => globalThis.fetch(request),
})
client.use(problems)

/** The same for components: `queries.useQuery('get', '/api/v1/projects')`. */
export const queries = createQueries(client)
