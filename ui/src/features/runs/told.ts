import { count, duration, plural, usd } from '@/core/format'
import { reasonHere } from '@/core/runs'
import type { EventFacts } from './useRuns'

/** An event of a run in words, and whether it tells of trouble. */
export function told({ kind, data }: Pick<EventFacts, 'kind' | 'data'>): { text: string; trouble: boolean } {
  const say = (name: string) => (typeof data[name] === 'string' ? data[name] : '')
  const number = (name: string) => (typeof data[name] === 'number' ? data[name] : undefined)
  switch (kind) {
    case 'run.queued':
      return calm(`Waits for the worker${by(say('by'))}`)
    case 'run.started': {
      const [cap, target, limit] = [number('budget_usd'), number('target'), number('limit')]
      const terms = [
        cap !== undefined && `under a cap of ${usd(cap)}`,
        target !== undefined && `until ${plural(target, 'row')} are kept`,
        limit !== undefined && `on ${plural(limit, 'row')}`,
      ]
      return calm(['Began', ...terms.filter((term) => term !== false)].join(' '))
    }
    case 'run.asked':
      return calm(`Was asked to ${say('request')}${by(say('by'))}`)
    case 'run.ended':
      return calm([`Ended as ${say('state')}: ${count(number('kept') ?? 0)} kept.`, reasonHere(say('reason'))].filter(Boolean).join(' '))
    case 'server.throttled':
      return { text: `${say('profile')} throttles: waits ${duration(number('seconds') ?? 0)}, ${plural(number('limit') ?? 0, 'call')} at once`, trouble: true }
    case 'server.failing':
      return { text: `${say('profile')} is failing: ${say('detail')}`, trouble: true }
    case 'dataset.committed':
      return calm(`Committed into ${say('dataset')}`)
    default:
      return calm(`${kind.replace('.', ' ').replaceAll('_', ' ')} ${say('detail') || say('reason')}`.trim())
  }
}

function calm(text: string) {
  return { text, trouble: false }
}

function by(who: string): string {
  return who === '' ? '' : `, by ${who}`
}
