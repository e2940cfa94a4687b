import { expect, it } from 'vitest'
import { told } from './told'

it.each([
  ['run.queued', { by: 'ann' }, 'Waits for the worker, by ann'],
  ['run.started', { budget_usd: 0.25, target: null, limit: 5 }, 'Began under a cap of $0.25 on 5 rows'],
  ['run.ended', { state: 'paused', kept: 3, reason: 'It waits.' }, 'Ended as paused: 3 kept. It waits.'],
  ['batch.submitted', {}, 'batch submitted'],
])('%s in words', (kind, data, text) => {
  expect(told({ kind, data })).toEqual({ text, trouble: false })
})

it('marks trouble', () => {
  expect(told({ kind: 'server.throttled', data: { profile: 'openai', seconds: 4, limit: 1 } })).toEqual({
    text: 'openai throttles: waits 4 s, 1 call at once',
    trouble: true,
  })
})
