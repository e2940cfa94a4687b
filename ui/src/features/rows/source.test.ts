import { expect, it, vi } from 'vitest'
import { client } from '@/api/client'
import { Problem } from '@/core/problem'
import { rowsSource, spoken, type RowPage } from './source'

const facts = (n: number) => ({
  id: `r${String(n)}`, data: { answer: `a${String(n)}` }, scores: { judge: n }, revision: `v${String(n)}`, cut: [] as string[], reviews: [],
})
const pageOf = (start: number, count: number, total: number): RowPage => ({
  items: Array.from({ length: count }, (_, n) => facts(start + n)), total, next: null, columns: ['answer'], unknown: [],
})
const { signal } = new AbortController()

// jsdom's signals are not those of Node's fetch, so what is asked is looked at one step before.
const answers = (data: unknown) => vi.spyOn(client, 'GET').mockResolvedValue({ data } as never)

it('gives the first page that has come already once, and then asks for it', async () => {
  const spy = answers(pageOf(0, 2, 400))
  const heard = vi.fn<(page: RowPage) => void>()
  const source = rowsSource({ project: 'default', dataset: 'qa' }, {}, pageOf(0, 3, 400), heard)
  expect((await source.page(0, 200, signal)).rows).toHaveLength(3)
  expect(spy).not.toHaveBeenCalled()
  expect((await source.page(0, 200, signal)).rows).toHaveLength(2)
  expect(heard.mock.calls.map(([page]: [RowPage]) => page.items.length)).toEqual([3, 2])
})

it('asks for pages of the view, at the version that is looked at', async () => {
  const spy = answers(pageOf(200, 1, 201))
  const search = { ref: 'draft', where: 'answer > 1', search: 'tea', sort: '-scores.judge', sample: 500, seed: 7 }
  const source = rowsSource({ project: 'my project', dataset: 'qa' }, search, pageOf(0, 200, 201), vi.fn())
  const page = await source.page(200, 200, signal)
  expect(page).toEqual({ rows: [{ id: 'r200', cells: { answer: 'a200', 'scores.judge': 200 }, revision: 'v200', cut: [] }], total: 201 })
  expect(spy).toHaveBeenCalledExactlyOnceWith('/api/v1/projects/{project}/datasets/{dataset}/rows', {
    params: {
      path: { project: 'my project', dataset: 'qa@draft' },
      query: { where: 'answer > 1', search: 'tea', sort: ['-scores.judge'], sample: 500, seed: 7, start: 200, limit: 200 },
    },
    signal,
  })
})

it('asks for one row in full', async () => {
  const spy = answers(facts(5))
  const source = rowsSource({ project: 'default', dataset: 'run:r12' }, {}, pageOf(0, 0, 0), vi.fn())
  expect((await source.row('r5', signal)).cells['answer']).toBe('a5')
  expect(spy.mock.calls[0]?.[1]).toMatchObject({ params: { path: { project: 'default', dataset: 'run:r12', row: 'r5' } } })
})

it('says what is wrong and what to do', async () => {
  vi.spyOn(client, 'GET').mockRejectedValue(new Problem(422, { what: 'The condition cannot be read.', fix: 'Close the bracket.' }))
  const source = rowsSource({ project: 'default', dataset: 'qa' }, { where: '(' }, pageOf(0, 0, 0), vi.fn())
  await expect(source.page(200, 200, signal)).rejects.toThrow('The condition cannot be read. Close the bracket.')
})

it('is another match only when the filter is another one', () => {
  const of = (search: object) => rowsSource({ project: 'default', dataset: 'qa' }, search, pageOf(0, 0, 0), vi.fn()).matching
  expect(of({ sort: 'answer', at: 40 })).toBe(of({ row: 'r1' }))
  expect(of({ where: 'a' })).not.toBe(of({ search: 'a' }))
  expect(of({ ref: 'draft' })).not.toBe(of({}))
})

it('speaks of a version', () => {
  expect([spoken('qa', undefined), spoken('qa', 'v2')]).toEqual(['qa', 'qa@v2'])
})
