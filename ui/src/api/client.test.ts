import { expect, it, vi } from 'vitest'
import { Problem } from '@/core/problem'
import { newCache, worthRetrying } from './cache'
import { client } from './client'

function answers(response: () => Response | Promise<Response>) {
  return vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(response()))
}

it('gives what the server says', async () => {
  const asked = answers(() => Response.json({ items: [], total: 0, next: null }))
  const { data } = await client.GET('/api/v1/projects', { params: { query: { limit: 10 } } })
  expect(data?.items).toEqual([])
  expect((asked.mock.calls[0]?.[0] as Request).url).toBe(`${location.origin}/api/v1/projects?limit=10`)
})

it('throws a problem with what is wrong and what to do', async () => {
  const problem = { status: 409, error: 'Conflict', what: "There is a project 'demo' already.", fix: 'Choose another name.', problems: [] }
  answers(() => new Response(JSON.stringify(problem), { status: 409, headers: { 'content-type': 'application/problem+json' } }))
  const error = await client.POST('/api/v1/projects', { body: { name: 'demo' } }).catch((found: unknown) => found)
  expect(error).toBeInstanceOf(Problem)
  expect(error).toMatchObject({ status: 409, error: 'Conflict', what: problem.what, fix: problem.fix })
})

it('says so when an answer is no problem of ours', async () => {
  answers(() => new Response('<h1>Bad gateway</h1>', { status: 502, statusText: 'Bad Gateway' }))
  await expect(client.GET('/api/v1/projects')).rejects.toMatchObject({ status: 502, what: 'The server answered 502 Bad Gateway.' })
})

it('says so when nobody answers', async () => {
  vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('Failed to fetch'))
  await expect(client.GET('/api/v1/projects')).rejects.toMatchObject({ error: 'Unreachable', status: 0 })
})

it('is typed: a parameter of another type does not compile', () => {
  const wrong = () =>
    // @ts-expect-error `limit` is a number.
    client.GET('/api/v1/projects', { params: { query: { limit: 'ten' } } })
  expect(wrong).toBeTypeOf('function')
})

it('asks again when the server was away, and never when it refused', () => {
  expect(worthRetrying(0, new Problem(503, {}))).toBe(true)
  expect(worthRetrying(2, new Problem(503, {}))).toBe(false)
  expect(worthRetrying(0, new Problem(404, {}))).toBe(false)
  expect(newCache().getDefaultOptions().queries?.refetchInterval).toBe(false)
})
