import { expect, it } from 'vitest'
import type { CellKind, CellValue } from './source'
import { formatNumber, fromText, gist, isPicture, toText } from './values'

const chat = [{ role: 'user', content: 'Hi' }, { role: 'assistant', content: [{ type: 'text', text: 'Hello' }] }]

it.each<[CellKind, CellValue]>([
  ['text', ' as it is '], ['text', ''], ['number', -12.5], ['number', null], ['boolean', true], ['boolean', false], ['tags', ['a', 'b c']],
  ['tags', ['a, b', ' c']], ['tags', ['[x']], ['score', 0.75], ['chat', chat], ['preference', { chosen: 'a', rejected: chat }],
  ['json', { a: [1, null] }], ['image', '/files/1.png'],
])('a cell of %s survives being text: %j', (kind, value) => {
  expect(fromText(toText(value), kind)).toEqual({ value })
})

it('reads what people write', () => {
  expect(fromText(' −3 ', 'number')).toEqual({ value: -3 })
  expect(fromText('Yes', 'boolean')).toEqual({ value: true })
  expect(fromText('a, b,,a', 'tags')).toEqual({ value: ['a', 'b'] })
})

it.each<[CellKind, string, RegExp]>([
  ['number', 'abc', /“abc” is no number/], ['number', 'Infinity', /no number/], ['boolean', 'maybe', /neither true nor false/],
  ['json', '{a: 1}', /no JSON/], ['tags', '[1]', /Tags are/], ['chat', '[{"content": 1}]', /A chat is/],
  ['preference', '{"chosen": 1}', /two answers/],
])('says what is wrong with %s %s', (kind, text, problem) => {
  expect(fromText(text, kind)).toEqual({ problem: expect.stringMatching(problem) as string })
})

it('tells the gist of chats and of content in parts', () => {
  expect(gist(chat)).toBe('Hello')
  expect(gist([])).toBe('')
  expect(gist('plain')).toBe('plain')
  expect(gist(['a', { text: 'b' }, { x: 1 }])).toBe('a b {"x":1}')
})

it('shows pictures of this server and of the cell, never of elsewhere', () => {
  expect(['/files/a.png', 'data:image/png;base64,AAAA'].every(isPicture)).toBe(true)
  const others = ['//elsewhere/a.png', '/\\elsewhere', 'https://elsewhere/a.png', 'data:image/svg+xml;base64,AA', 'javascript:1', 3]
  expect(others.some(isPicture)).toBe(false)
})

it('groups the digits of numbers', () => {
  expect(formatNumber(1234567.25)).toBe('1,234,567.25')
})
