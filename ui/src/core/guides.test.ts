import { describe, expect, it } from 'vitest'
import { diffLines, fixHere, messages, viewOf, type Turn } from './guides'

const turn = (n: number, kind: string, said: unknown, told: string[] = [], question = '', example = ''): Turn => ({ n, kind, said, told, question, example })

describe('a talk', () => {
  it('begins with a question, and reads as what was said and answered', () => {
    const told = messages(
      [
        turn(1, 'begin', null, [], 'Which role?', 'An agent'),
        turn(2, 'settings', { name: 'support' }, [], 'Which role?', 'An agent'),
        turn(3, 'reply', 'A baker', ['Role: A baker'], 'Which field?', 'Bread'),
      ],
      {},
    )
    expect(told.map(({ who, lines, question }) => [who, lines, question])).toEqual([
      ['guide', [], 'Which role?'],
      ['you', ['A baker'], undefined],
      ['guide', ['Role: A baker'], 'Which field?'],
    ])
  })

  it('does not repeat a question that stands while samples are looked over', () => {
    const told = messages([turn(1, 'samples', null, [], 'Right?'), turn(2, 'note', { sample: 1, text: 'x' }, ['Noted.'], 'Right?')], {})
    expect(told.map(({ question }) => question)).toEqual(['Right?', undefined, undefined])
  })

  it('asks again after a reply that left its question standing', () => {
    const told = messages([turn(1, 'begin', null, [], 'Which role?'), turn(2, 'reply', 'hm', [], 'Which role?')], {})
    expect(told.at(-1)).toMatchObject({ who: 'guide', question: 'Which role?' })
  })

  it.each([
    ['set', { task: 'Answer', use: null }, ['The task: Answer', 'use: open']],
    ['edit', { sample: 2, input: null, answer: 'x' }, ['Sample 2 is to say what I wrote.']],
    ['pin', [1, 3], ['Keep 1, 3']],
    ['note', { sample: 2, text: 'Too long' }, ['On sample 2: Too long']],
    ['note', { sample: null, text: 'Too long' }, ['On all: Too long']],
    ['again', [], ['Make others in place of those that are not kept.']],
    ['again', [2], ['Make others in place of 2.']],
    ['settings', { rows: 50, budget_usd: null, model: { model: 'a/b' } }, ['Rows: 50', 'Cap in USD: none']],
    ['settings', { model: { model: 'a/b' } }, ['Model: a/b']],
  ])('says %s in words', (kind, said, lines) => {
    expect(messages([turn(2, kind, said)], { task: 'The task' })[0]?.lines).toEqual(lines)
  })

  it('tells what came of what was under way', () => {
    expect(messages([turn(2, 'samples', null, ['1 of 5 samples could not be made.'])], {})[0]?.lines).toEqual([
      'The samples are there.',
      '1 of 5 samples could not be made.',
    ])
  })
})

it('a diff is its lines, without the names of its files', () => {
  expect(diffLines('--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n same\n')).toEqual([
    { text: '@@ -1 +1 @@', how: 'place' },
    { text: 'old', how: 'removed' },
    { text: 'new', how: 'added' },
    { text: 'same', how: 'same' },
  ])
})

it('a remedy of the terminal becomes one of this page', () => {
  expect(fixHere('Go on: rowsmith guide support.')).not.toContain('rowsmith')
  expect(fixHere('Start the server.')).toBe('Start the server.')
})

it.each([
  ['checklist', 'brief'],
  ['summary', 'brief'],
  ['samples', 'samples'],
  ['done', 'samples'],
])('at %s the %s stands beside the talk', (phase, view) => {
  expect(viewOf(phase)).toBe(view)
})
