import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { KEPT, PAGE, Pages, SETTLE_MS } from './pages'
import { madeRow, SlowSource } from './testing'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

const tick = () => vi.advanceTimersByTimeAsync(SETTLE_MS)

async function opened(source = new SlowSource(1_000_000)) {
  const changed = vi.fn()
  const pages = new Pages(source, changed)
  pages.show(source)
  source.answerAll()
  await tick()
  return { source, pages, changed }
}

async function look(pages: Pages, source: SlowSource, row: number, direction: 1 | -1 = 1) {
  pages.want({ first: row, last: row + 30, direction })
  await tick()
  source.answerAll()
  await tick()
}

it('fetches what is on the screen, and the next page the way it moves', async () => {
  const { pages, source } = await opened()
  expect(pages.row(0)?.id).toBe('r0')
  pages.want({ first: 5000, last: 5030, direction: 1 })
  await tick()
  expect(source.starts()).toEqual([5000, 5200])
  source.answerAll()
  await tick()
  pages.want({ first: 9000, last: 9030, direction: -1 })
  await tick()
  expect(source.starts()).toEqual([9000, 8800])
})

it('waits for the movement to settle, then asks only for where it ended', async () => {
  const { pages, source } = await opened()
  for (const first of [20_000, 300_000, 700_000]) pages.want({ first, last: first + 30, direction: 1 })
  expect(source.starts()).toEqual([])
  await tick()
  expect(source.starts()).toEqual([]) // it leapt by more than a page: wait on
  await tick()
  expect(source.starts()).toEqual([700_000, 700_200])
})

it('fetches during steady scrolling', async () => {
  const { pages, source } = await opened()
  for (let first = 400; first < 500; first += 10) {
    pages.want({ first, last: first + 30, direction: 1 })
    await vi.advanceTimersByTimeAsync(8)
  }
  expect(source.starts()).toContain(400)
})

it('gives up what nobody waits for any more', async () => {
  const { pages, source } = await opened()
  pages.want({ first: 5000, last: 5030, direction: 1 })
  await tick()
  const stale = source.asked.slice()
  pages.want({ first: 90_000, last: 90_030, direction: 1 })
  await tick()
  expect(stale.map(({ signal }) => signal.aborted)).toEqual([true, true])
  expect(source.asked.slice(2).map(({ signal }) => signal.aborted)).toEqual([false, false])
  expect(pages.failure).toBeNull()
})

it('keeps the hundred pages used last, not the hundred fetched last', async () => {
  const { pages, source } = await opened()
  for (let n = 2; n < KEPT - 1; n += 1) await look(pages, source, n * PAGE, -1)
  await look(pages, source, 0) // used again: page 0 outlives page 2
  for (let n = KEPT; n < KEPT + 20; n += 1) await look(pages, source, n * PAGE, -1)
  expect(pages.row(0)?.id).toBe('r0')
  expect(pages.row(2 * PAGE)).toBeUndefined()
  expect(pages.row((KEPT + 19) * PAGE)).toBeDefined()
})

it('shows the old rows until a new view has some, then the new length', async () => {
  const { pages, source } = await opened()
  const next = new SlowSource(7, 7, (n) => ({ ...madeRow(n), id: `new${n}` }))
  pages.show(next)
  expect([pages.row(0)?.id, pages.stale, pages.rows]).toEqual(['r0', true, 1_000_000])
  next.answerAll()
  await tick()
  expect([pages.row(0)?.id, pages.stale, pages.rows]).toEqual(['new0', false, 7])
  expect(source.asked).toEqual([])
})

it('keeps them, too, while another page than the one on the screen has come, or the view is shorter than the place', async () => {
  const { pages, source } = await opened()
  await look(pages, source, 5000)
  pages.show(new SlowSource(0))
  const next = new SlowSource(450)
  pages.show(next)
  expect(next.starts()).toEqual([5000])
  next.answerAll()
  await tick()
  expect([pages.row(5000)?.id, pages.stale, pages.rows, next.starts()]).toEqual(['r5000', true, 450, [400]])
  next.answerAll()
  await tick()
  expect([pages.row(400)?.id, pages.stale]).toEqual(['r400', false])
})

it('an empty view replaces the old rows, wherever one looked', async () => {
  const { pages, source } = await opened()
  await look(pages, source, 5000)
  const next = new SlowSource(0)
  pages.show(next)
  next.answerAll()
  await tick()
  expect([pages.rows, pages.total, pages.stale]).toEqual([0, 0, false])
})

it('a refresh shows the old rows meanwhile', async () => {
  const { pages, source } = await opened()
  pages.refresh()
  expect([pages.row(0)?.id, pages.stale]).toEqual(['r0', true])
  source.answerAll()
  await tick()
  expect([pages.row(0)?.id, pages.stale]).toEqual(['r0', false])
})

it('rows that are not counted yet grow as they come, and take the count when it arrives', async () => {
  const { pages, source } = await opened(new SlowSource(950, null))
  expect([pages.rows, pages.total]).toEqual([2 * PAGE, null])
  await look(pages, source, 800)
  expect([pages.rows, pages.total]).toEqual([950, 950])
  const counted = Object.assign(new SlowSource(950, null), { count: () => Promise.resolve(950) })
  expect((await opened(counted)).pages.total).toBe(950)
})

it('an empty view has no rows', async () => {
  expect((await opened(new SlowSource(0, null))).pages.total).toBe(0)
})

it('a range is fetched whole, and scrolling on does not give it up', async () => {
  const { pages, source } = await opened()
  const range = pages.range(390, 610)
  await tick()
  pages.want({ first: 50_000, last: 50_030, direction: 1 })
  await tick()
  expect(source.asked.every(({ signal }) => !signal.aborted)).toBe(true)
  for (let n = 0; n < 3; n += 1) {
    source.answerAll()
    await tick()
  }
  expect((await range).map(({ id }) => id)).toEqual(Array.from({ length: 220 }, (_, n) => `r${390 + n}`))
})

it('a page that fails says why, and comes when tried again', async () => {
  const { pages, source, changed } = await opened()
  pages.want({ first: 5000, last: 5030, direction: 1 })
  await tick()
  source.asked.splice(0).forEach(({ fail }) => { fail(new Error('The server does not answer.')) })
  await tick()
  expect(pages.failure?.message).toBe('The server does not answer.')
  pages.retry()
  source.answerAll()
  await tick()
  expect([pages.failure, pages.row(5000)?.id]).toEqual([null, 'r5000'])
  expect(changed).toHaveBeenCalled()
})

it('writes new states of rows over old ones', async () => {
  const { pages } = await opened()
  pages.patch([{ ...madeRow(3), revision: 'v2' }])
  expect([pages.row(3)?.revision, pages.row(4)?.revision]).toEqual(['v2', 'v1'])
})

it('nothing arrives after it was closed', async () => {
  const source = new SlowSource(1000)
  const changed = vi.fn()
  const pages = new Pages(source, changed)
  pages.show(source)
  pages.close()
  changed.mockClear()
  source.answerAll()
  await tick()
  expect([pages.rows, changed.mock.calls.length]).toEqual([0, 0])
})
