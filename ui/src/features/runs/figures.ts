import { count, usd } from '@/core/format'
import { ratePerMinute, type Standing } from '@/core/runs'

/** 12.5 rows a minute. */
export function rateWords(run: Standing, begun?: number): string {
  const rate = ratePerMinute(run, begun)
  return rate === undefined ? 'not known' : `${rate < 10 ? rate.toFixed(1) : count(rate)}/min`
}

export function costWords({ cost_usd }: Pick<Standing, 'cost_usd'>): string {
  return cost_usd === null ? 'no price' : usd(cost_usd)
}

/** 3 of 20, where 20 is the target or what was asked for. */
export function keptWords({ kept, target, requested }: Standing): string {
  return `${count(kept)} of ${count(target ?? requested)}`
}

export function keptShare({ kept, target, requested }: Standing): number {
  const whole = target ?? requested
  return whole > 0 ? Math.min(1, kept / whole) : 0
}
