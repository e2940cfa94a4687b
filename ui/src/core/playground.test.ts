import { expect, it } from 'vitest'
import { ended, textFor, valueOf } from './playground'
import { readPlayground } from './playgroundSearch'

it('takes what is sound of an address', () => {
  const found = { prompt: 'answers@v1', dataset: 'teas', row: 'ab', a: 'openai/m', b: '', temperature: 0.5, max_tokens: 100 }
  expect(readPlayground(found)).toEqual(found)
  expect(readPlayground({ prompt: '', row: 'ab', temperature: 3, max_tokens: 0.5, more: 1 })).toEqual({})
  expect(readPlayground({ temperature: 'hot', max_tokens: '9', dataset: 'teas' })).toEqual({})
})

it.each([
  ['7', null, '7'],
  ['7', 'text', '7'],
  ['7', 'integer', 7],
  ['["a"]', 'list', ['a']],
  ['seven', 'integer', 'seven'],
])('%s of the type %s is sent as %s', (typed, type, value) => {
  expect(valueOf(typed, type)).toEqual(value)
})

it('asks about the column that rows are usually asked about', () => {
  expect(textFor(['answer', 'input'])).toBe('{{ input }}')
  expect(textFor(['2nd', 'title'])).toBe('{{ title }}')
  expect(textFor([])).toBe('')
})

it('says why an answer ended', () => {
  expect([ended('length'), ended('other')]).toEqual(['cut off', 'other'])
})
