import { QueryClient } from '@tanstack/react-query'
import { expect, it, vi } from 'vitest'
import type { Happened } from '@/core/news'
import { concerns, currentLive, subscribe, take } from './live'

const committed: Happened = { n: 1, project: 'a', run: null, kind: 'dataset.committed', data: {}, at: 0 }
const of = (project: string, path = '/api/v1/projects/{project}/datasets') => ['get', path, { params: { path: { project } } }]

it('asks again for what changed, and for nothing else', () => {
  expect(concerns(committed, of('a'))).toBe(true)
  expect(concerns(committed, of('a', '/api/v1/projects/{project}/datasets/{dataset}/versions'))).toBe(true)
  expect(concerns(committed, of('b'))).toBe(false)
  expect(concerns(committed, of('a', '/api/v1/projects/{project}/runs'))).toBe(false)
  expect(concerns({ ...committed, kind: 'project.created' }, ['get', '/api/v1/projects'])).toBe(true)
})

it('tells who listens what is under way and whether the server is there', () => {
  const cache = new QueryClient()
  const again = vi.spyOn(cache, 'invalidateQueries')
  const heard = vi.fn()
  const leave = subscribe(heard)
  take({ kind: 'here', value: false }, cache)
  expect(currentLive().here).toBe(false)
  expect(again).not.toHaveBeenCalled()
  take({ kind: 'here', value: true }, cache)
  expect(again).toHaveBeenCalledTimes(1)
  take({ kind: 'here', value: true }, cache)
  expect(heard).toHaveBeenCalledTimes(2)
  leave()
})
