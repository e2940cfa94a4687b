import type { News, Progress, Running } from '@/core/news'
import { running } from '@/core/news'

interface Told {
  /** The number of the last event seen. */
  at: number | undefined
  news: News
}

/** One tab asks the one that leads what is under way. */
type Said = Told | 'what is under way'

/**
 * Follows what happens on the server. All tabs of a browser share one stream: the one that holds a lock leads and tells the others. A browser
 * opens six connections to a server at most, so a stream for each tab would stop the seventh.
 */
export function follow(hear: (news: News) => void): () => void {
  const channel = new BroadcastChannel('rowsmith')
  const over = new AbortController()
  let at: number | undefined
  let known: Running = new Map()
  let leading = false

  const take = (told: Told) => {
    at = told.at ?? at
    known = running(known, told.news)
    hear(told.news)
  }
  const tell = (news: News, id?: string) => {
    const told: Told = { at: id === undefined || id === '' ? undefined : Number(id), news }
    take(told)
    channel.postMessage(told)
  }
  channel.onmessage = ({ data }: MessageEvent<Said>) => {
    if (data !== 'what is under way') take(data)
    else if (leading) for (const value of known.values()) channel.postMessage({ at, news: { kind: 'progress', value } })
  }
  channel.postMessage('what is under way')

  const lead = () => {
    leading = true
    return listen(() => at, tell, over.signal)
  }
  // Away from this machine and without TLS a browser has no locks: there each tab has a stream.
  const locks = navigator.locks as LockManager | undefined
  const led = locks ? locks.request('rowsmith-stream', { signal: over.signal }, lead) : lead()
  led.catch((error: unknown) => {
    if (!over.signal.aborted) throw error
  })
  return () => {
    over.abort()
    channel.close()
  }
}

const wait = 3000 // ms until a server that refused or is away is asked again

/** Holds a stream open until it is over, from the last event on. */
function listen(last: () => number | undefined, tell: (news: News, id?: string) => void, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const open = () => {
      const after = last()
      source = new EventSource(`/api/v1/events/stream${after === undefined ? '' : `?after=${String(after)}`}`)
      source.addEventListener('hello', (event) => {
        tell({ kind: 'here', value: true }, event.lastEventId)
      })
      source.addEventListener('event', (event: MessageEvent<string>) => {
        tell({ kind: 'event', value: JSON.parse(event.data) as Extract<News, { kind: 'event' }>['value'] }, event.lastEventId)
      })
      source.addEventListener('progress', (event: MessageEvent<string>) => {
        tell({ kind: 'progress', value: JSON.parse(event.data) as Progress })
      })
      source.addEventListener('reload', (event) => {
        tell({ kind: 'reload' }, event.lastEventId)
      })
      source.addEventListener('error', () => {
        tell({ kind: 'here', value: false })
        if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, wait)
      })
    }
    open()
    over.addEventListener('abort', () => {
      clearTimeout(timer)
      source?.close()
      resolve()
    })
  })
}
