import { expect, it } from 'vitest'
import { readTest } from './promptSearch'
import { calledBy, lines, NEW_VARIABLE, read, readLines, seeming, tagsOf, verdictOf, whenceOf, withWhence } from './prompts'

it('knows where the value of a variable comes from, and changes that', () => {
  const choices = { ...NEW_VARIABLE, choices: ['calm', 'loud'] }
  expect(whenceOf(NEW_VARIABLE)).toBe('rows')
  for (const whence of ['optional', 'default', 'expand', 'rows'] as const) expect(whenceOf(withWhence(choices, whence))).toBe(whence)
  expect(withWhence(withWhence(choices, 'expand'), 'default')).toMatchObject({ default: 'calm', expand: null, optional: false })
})

it('reads values of their type, one on each line', () => {
  expect(read('7', 'integer')).toBe(7)
  expect(read('7', 'text')).toBe('7')
  expect(read('seven', 'number')).toBe('seven')
  expect(readLines('1\n\n2', 'integer')).toEqual([1, 2])
  expect(readLines(' \n', null)).toBeNull()
  expect(lines(['a', { b: 1 }])).toBe('a\n{"b":1}')
})

it('reads tags and the variables that a text seems to use', () => {
  expect(tagsOf('a, b,, a ')).toEqual(['a', 'b'])
  expect(seeming('{{ word }} {{ row.x }} {% if tone %}')).toEqual(['word', 'row', 'tone'])
})

it('calls versions by their tag, else by their id', () => {
  expect(calledBy({ version: '0123456789abcdef', refs: ['main', 'v1'] })).toBe('v1')
  expect(calledBy({ version: '0123456789abcdef', refs: [] })).toBe('0123456789ab')
})

it('says which side is better, with its interval', () => {
  expect(verdictOf({ verdict: 'B better', difference: 0.5, low: 0.25, high: 0.751 })).toBe('B better: +0.5, 95 % interval +0.25 to +0.75')
  expect(verdictOf({ verdict: 'no difference shown', difference: null, low: null, high: null })).toBe('No difference shown')
})

it('reads what is tested off the address', () => {
  expect(readTest({ a: 'v1', b: '', dataset: 'teas', rows: 5, seed: -1, model: 'openai/m' })).toEqual({ a: 'v1', dataset: 'teas', rows: 5, model: 'openai/m' })
})
