import type { Progress } from './news'

/** What a page needs to know of a run, as the server tells it. */
export interface Standing {
  run: string
  state: string
  reason: string
  requested: number
  kept: number
  pending: number
  calls: number
  calls_reused: number
  tokens_in: number
  tokens_out: number
  cost_usd: number | null
  seconds: number
  target: number | null
  limit?: number | null
  budget_usd?: number | null
  created_at: number
  started_at?: number | null
}

const pico = 1e-12

/** A run with what the stream has told of it since; the run itself where that is nothing. */
export function withProgress<T extends Standing>(run: T, told: Progress | undefined): T {
  if (!told || !isGoing(told.state)) return run
  const { totals } = told
  return {
    ...run,
    state: told.state,
    reason: '',
    requested: totals.requested,
    kept: totals.kept,
    pending: totals.pending ?? run.pending,
    calls: totals.calls ?? run.calls,
    calls_reused: totals.calls_reused ?? run.calls_reused,
    tokens_in: totals.tokens_in ?? run.tokens_in,
    tokens_out: totals.tokens_out ?? run.tokens_out,
    cost_usd: totals.unpriced > 0 ? null : totals.cost * pico,
    started_at: told.started_at ?? run.started_at ?? null,
  }
}

export function isGoing(state: string): boolean {
  return state === 'running' || state === 'queued'
}

/** Whether a run can go on: it stopped, paused, was cancelled, or has rows that failed. */
export function canGoOn(run: { state: string; failed: Readonly<Record<string, number>> }): boolean {
  return ['paused', 'stopped', 'cancelled', 'failed'].includes(run.state) || (run.state === 'shortfall' && sum(run.failed) > 0)
}

/** Rows kept in a minute; nothing while it cannot be said. `begun`: when a run that went on did so, in seconds since 1970. */
export function ratePerMinute(run: Pick<Standing, 'state' | 'kept' | 'seconds' | 'started_at'>, begun?: number, now = Date.now()): number | undefined {
  const since = begun ?? (run.seconds === 0 ? run.started_at : undefined)
  const seconds = run.state === 'running' ? (typeof since === 'number' ? run.seconds + now / 1000 - since : 0) : run.seconds
  return run.kept > 0 && seconds > 0 ? (run.kept / seconds) * 60 : undefined
}

/** Seconds until a run under way is done, were it to go on as it did. */
export function secondsLeft(run: Standing, begun?: number, now = Date.now()): number | undefined {
  const rate = ratePerMinute(run, begun, now)
  const left = (run.target ?? run.requested) - run.kept
  return run.state === 'running' && rate !== undefined && left > 0 ? (left / rate) * 60 : undefined
}

/** How much of its cap a run has spent, from 0 to 1; nothing where it has none or the price is not known. */
export function spentShare({ cost_usd, budget_usd }: Pick<Standing, 'cost_usd' | 'budget_usd'>): number | undefined {
  return budget_usd === undefined || budget_usd === null || cost_usd === null ? undefined : budget_usd === 0 ? 1 : Math.min(1, cost_usd / budget_usd)
}

export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, one) => all + one, 0)
}

/** A code such as `leans_on_text` as words. */
export function words(code: string): string {
  return code.replaceAll('_', ' ')
}

/** Why a run rests, said for a page: the server says it for the terminal. */
export function reasonHere(reason: string): string {
  return reason
    .replace(/^[a-z_]+: (?=[A-Z])/, '')
    .replace(/Give a higher --budget or --budget-tokens and go on\./, 'Resume it under a higher cap.')
    .replace(/, or enter the key once: `[^`]*`\.?$/, ' where the server runs, or add the key in Settings, Models and keys.')
}

/** What went wrong, by step and reason, the commonest first, each with some of the words that were said of it. */
export interface Trouble {
  step: number
  reason: string
  count: number
  examples: readonly string[]
}

export function grouped(found: readonly { step: number; reason: string; detail: string | null }[], most = 3): Trouble[] {
  const groups = new Map<string, { step: number; reason: string; count: number; examples: Set<string> }>()
  for (const { step, reason, detail } of found) {
    const key = `${String(step)} ${reason}`
    const group = groups.get(key) ?? { step, reason, count: 0, examples: new Set() }
    group.count += 1
    if (detail !== null && detail !== '' && group.examples.size < most) group.examples.add(detail)
    groups.set(key, group)
  }
  return [...groups.values()].sort((a, b) => b.count - a.count).map((group) => ({ ...group, examples: [...group.examples] }))
}

/** A step of the funnel. */
export interface Passage {
  step: string
  kind: string
  came: number
  passed: number
  made: number
  dropped: Readonly<Record<string, number>>
  failed: Readonly<Record<string, number>>
  pending: number
}

/** How far a step's bars reach, in shares of the widest step: rows that went on, that are on their way, that were dropped, that failed. */
export function bars(passage: Passage, funnel: readonly Passage[]) {
  const whole = Math.max(1, ...funnel.map(size))
  const failed = sum(passage.failed)
  const dropped = sum(passage.dropped)
  return { passed: passage.passed / whole, pending: passage.pending / whole, dropped: dropped / whole, failed: failed / whole }
}

function size(one: Passage): number {
  return one.passed + one.pending + sum(one.dropped) + sum(one.failed)
}
