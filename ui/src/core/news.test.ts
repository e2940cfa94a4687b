import { expect, it } from 'vitest'
import { changedPath, running, share, spent, type Happened, type News, type Progress } from './news'

const totals = { requested: 40, kept: 10, cost: 2.5e11, unpriced: 0 }
const run: Progress = { run: 'r3', project: 'default', recipe: 'qa', state: 'running', totals, target: null, started_at: 1 }

const ended: Happened = { n: 9, project: 'default', run: 'r3', kind: 'run.ended', data: {}, at: 2 }

it('knows what is under way until it ends', () => {
  const one = running(new Map(), { kind: 'progress', value: run })
  const two = running(one, { kind: 'progress', value: { ...run, run: 'r4' } })
  expect(two.size).toBe(2)
  const left = running(two, { kind: 'event', value: ended })
  expect([...left.values()].map((each) => each.run)).toEqual(['r4'])
  expect(running(left, { kind: 'reload' }).size).toBe(0)
})

it('keeps the same map when nothing changed', () => {
  const before = running(new Map(), { kind: 'progress', value: run })
  const others: News[] = [
    { kind: 'event', value: { ...ended, project: 'other' } },
    { kind: 'event', value: { ...ended, kind: 'run.asked' } },
    { kind: 'here', value: true },
  ]
  for (const news of others) expect(running(before, news)).toBe(before)
})

it('reckons', () => {
  expect(spent([run, run])).toBeCloseTo(0.5)
  expect(share(run)).toBe(0.25)
  expect(share({ ...run, target: 5 })).toBe(1)
  expect(share({ ...run, totals: { ...run.totals, requested: 0 } })).toBeUndefined()
})

it('knows what an event is about', () => {
  expect(changedPath(ended)).toBe('/api/v1/projects/{project}/runs')
  expect(changedPath({ ...ended, kind: 'project.created' })).toBe('/api/v1/projects')
})
