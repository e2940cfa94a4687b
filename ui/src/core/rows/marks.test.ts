import { expect, it } from 'vitest'
import { marked, marksOf } from './marks'

const mark = (start: number, end: number, about = 'x') => ({ column: 'answer', span: [start, end] as const, about })

it('marks parts of a text, by code point', () => {
  expect(marked('a😀bc', [mark(1, 3)])).toEqual([{ text: 'a' }, { text: '😀b', about: 'x' }, { text: 'c' }])
})

it('keeps all of the text where marks overlap or go beyond it', () => {
  const parts = marked('abcdef', [mark(4, 99, 'late'), mark(0, 3, 'first'), mark(2, 5, 'second')])
  expect(parts).toEqual([{ text: 'abc', about: 'first' }, { text: 'de', about: 'second' }, { text: 'f', about: 'late' }])
  expect(marked('', [mark(0, 2)])).toEqual([])
})

it('reads the flags that have a place in the text of a column', () => {
  const flags = [
    { check: 'pii', reason: 'email', path: 'answer', span: [3, 9] },
    { check: 'form', reason: 'echo', path: 'messages.0.content', span: [0, 2] },
    { check: 'form', reason: 'short', path: 'answer', span: null },
    { check: 'form', reason: 'whole', path: '', span: [0, 2] },
  ]
  expect(marksOf({ flags })).toEqual([
    { column: 'answer', span: [3, 9], about: 'pii: email' },
    { column: 'messages.0.content', span: [0, 2], about: 'form: echo' },
  ])
  expect([marksOf(null), marksOf({}), marksOf({ flags: 'x' })]).toEqual([[], [], []])
})
