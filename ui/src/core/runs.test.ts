import { expect, it } from 'vitest'
import type { Progress } from './news'
import { bars, canGoOn, grouped, ratePerMinute, reasonHere, secondsLeft, spentShare, withProgress, type Passage, type Standing } from './runs'

const run: Standing = {
  run: 'r1', state: 'running', reason: '', requested: 20, kept: 5, pending: 15, calls: 5, calls_reused: 0, tokens_in: 10, tokens_out: 10,
  cost_usd: 0.01, seconds: 0, target: null, budget_usd: 0.04, created_at: 0, started_at: 100,
} // prettier-ignore
const told: Progress = {
  run: 'r1', project: 'a', recipe: 'x', state: 'running', totals: { requested: 20, kept: 8, cost: 2e10, unpriced: 0, calls: 9 }, target: null, started_at: 100,
} // prettier-ignore

it('shows what the stream told last', () => {
  expect(withProgress(run, told)).toMatchObject({ kept: 8, calls: 9, cost_usd: 0.02, tokens_in: 10 })
  expect(withProgress(run, { ...told, totals: { ...told.totals, unpriced: 1 } }).cost_usd).toBeNull()
  expect(withProgress(run, { ...told, state: 'paused' })).toBe(run)
  expect(withProgress(run, undefined)).toBe(run)
})

it('reckons the rate of a run that is under way from when it began or went on, and of one that rests from its seconds', () => {
  expect(ratePerMinute(run, undefined, 160_000)).toBe(5)
  expect(ratePerMinute({ ...run, seconds: 60 }, undefined, 160_000)).toBeUndefined()
  expect(ratePerMinute({ ...run, seconds: 30 }, 130, 160_000)).toBe(5)
  expect(ratePerMinute({ ...run, state: 'paused', seconds: 30 })).toBe(10)
  expect(secondsLeft(run, undefined, 160_000)).toBe(180)
})

it('knows what is spent of a cap', () => {
  expect(spentShare(run)).toBe(0.25)
  expect(spentShare({ ...run, budget_usd: null })).toBeUndefined()
  expect(spentShare({ ...run, cost_usd: null })).toBeUndefined()
  expect(spentShare({ ...run, budget_usd: 0 })).toBe(1)
})

it('goes on with what rests, and with rows that failed', () => {
  expect(canGoOn({ state: 'paused', failed: {} })).toBe(true)
  expect(canGoOn({ state: 'finished', failed: {} })).toBe(false)
  expect(canGoOn({ state: 'shortfall', failed: {} })).toBe(false)
  expect(canGoOn({ state: 'shortfall', failed: { missing: 1 } })).toBe(true)
})

it('says why a run rests in words of a page', () => {
  expect(reasonHere("budget: The run's budget is reached. Give a higher --budget or --budget-tokens and go on. More.")).toBe(
    "The run's budget is reached. Resume it under a higher cap. More.",
  )
  expect(reasonHere('1 of 2 rows failed.')).toBe('1 of 2 rows failed.')
})

it('groups troubles by step and reason, the commonest first, with some examples', () => {
  const at = (step: number, reason: string, detail: string | null) => ({ step, reason, detail })
  expect(grouped([at(1, 'a', 'x'), at(2, 'b', 'y'), at(2, 'b', 'y'), at(2, 'b', null), at(2, 'b', 'z')], 1)).toEqual([
    { step: 2, reason: 'b', count: 4, examples: ['y'] },
    { step: 1, reason: 'a', count: 1, examples: ['x'] },
  ])
})

it('draws each step as wide as its rows', () => {
  const passage = (passed: number, dropped: number): Passage => ({ step: '', kind: '', came: 0, made: 0, passed, pending: 0, dropped: { x: dropped }, failed: {} })
  const funnel = [passage(10, 0), passage(4, 6)]
  expect(bars(passage(4, 6), funnel)).toEqual({ passed: 0.4, pending: 0, dropped: 0.6, failed: 0 })
})
