import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { News } from '@/core/news'
import { follow } from './stream'

class Source extends EventTarget {
  static readonly CLOSED = 2
  static all: Source[] = []
  readyState = 1
  readonly url: string
  constructor(url: string) {
    super()
    this.url = url
    Source.all.push(this)
  }
  close() {
    this.readyState = 2
  }
  say(type: string, data: unknown, lastEventId = '') {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data), lastEventId }))
  }
}

class Channel {
  static all: Channel[] = []
  onmessage: ((event: { data: unknown }) => void) | null = null
  constructor() {
    Channel.all.push(this)
  }
  postMessage(data: unknown) {
    for (const other of Channel.all) if (other !== this) other.onmessage?.({ data })
  }
  close() {
    Channel.all = Channel.all.filter((other) => other !== this)
  }
}

/** Locks as a browser has them: who comes later waits until the one before is done. */
function locks() {
  let before: Promise<unknown> = Promise.resolve()
  return {
    request(_name: string, { signal }: { signal: AbortSignal }, lead: () => Promise<void>) {
      const mine = before.then(() => (signal.aborted ? undefined : lead()))
      before = mine
      return mine
    },
  }
}

const leave: (() => void)[] = []
beforeEach(() => {
  Source.all = []
  Channel.all = []
  vi.stubGlobal('EventSource', Source)
  vi.stubGlobal('BroadcastChannel', Channel)
  vi.stubGlobal('navigator', { locks: locks() })
})
afterEach(() => {
  leave.splice(0).forEach((away) => {
    away()
  })
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

function tab() {
  const heard: News[] = []
  const away = follow((news) => heard.push(news))
  leave.push(away)
  return { heard, away }
}

const settled = () => vi.waitFor(() => { expect(Source.all.at(-1)?.readyState).toBe(1) }) // prettier-ignore
const progress = { run: 'r1', project: 'p', recipe: 'qa', state: 'running', totals: {}, target: 5, started_at: null }
const event = (n: number, kind = 'run.asked') => ({ n, project: 'p', run: 'r1', kind, data: {}, at: 0 })

it('opens one stream for all tabs, and each hears everything', async () => {
  const tabs = [tab(), tab(), tab()]
  await settled()
  Source.all[0]?.say('event', event(7), '7')
  expect(Source.all).toHaveLength(1)
  for (const { heard } of tabs) expect(heard).toEqual([{ kind: 'event', value: event(7) }])
})

it('goes on from the last event in another tab when the one that leads is closed', async () => {
  const [first, second] = [tab(), tab()]
  await settled()
  Source.all[0]?.say('event', event(7), '7')
  first.away()
  await vi.waitFor(() => {
    expect(Source.all).toHaveLength(2)
  })
  expect(Source.all[0]?.readyState).toBe(2)
  expect(Source.all[1]?.url).toBe('/api/v1/events/stream?after=7')
  Source.all[1]?.say('event', event(8), '8')
  expect(second.heard.map((news) => news.kind === 'event' && news.value.n)).toEqual([7, 8])
})

it('tells a tab that is opened later what is under way', async () => {
  tab()
  await settled()
  Source.all[0]?.say('progress', progress)
  expect(tab().heard).toEqual([{ kind: 'progress', value: progress }])
})

it('says when the server is away, and asks again when it was refused', async () => {
  const { heard } = tab()
  await settled()
  vi.useFakeTimers()
  const [source] = Source.all
  source?.say('event', event(3), '3')
  source?.close()
  source?.dispatchEvent(new Event('error'))
  expect(heard.at(-1)).toEqual({ kind: 'here', value: false })
  await vi.advanceTimersByTimeAsync(5000)
  expect(Source.all[1]?.url).toBe('/api/v1/events/stream?after=3')
  Source.all[1]?.say('hello', { at: 3 })
  expect(heard.at(-1)).toEqual({ kind: 'here', value: true })
})

it('does without locks', async () => {
  vi.stubGlobal('navigator', {})
  tab()
  await settled()
  expect(Source.all).toHaveLength(1)
})
