import { describe, expect, it } from 'vitest'
import { fieldsOf, fixOf, optionsOf, scoreOf, textsOf } from './review'

describe('options', () => {
  it('keep their numbers when another label comes', () => {
    const before = optionsOf(['b', 'a'], ['z', 'a', 'y'], [])
    expect(before).toEqual(['a', 'b', 'z', 'y'])
    expect(optionsOf(['b', 'a'], ['z', 'a', 'y', 'x'], ['w', ' ', 'a']).slice(0, 4)).toEqual(before)
  })
})

describe('fields', () => {
  const pair = { rejected: 'no', note: 1, chosen: 'yes', input: 'why?' }

  it('come as one reads them, a preference as one', () => {
    expect(fieldsOf(pair).map(({ name }) => name)).toEqual(['input', 'preference', 'note'])
    expect(fieldsOf(pair)[1]?.value).toEqual({ chosen: 'yes', rejected: 'no' })
  })

  it('are written anew one by one', () => {
    const chat = [{ role: 'user', content: 'hi' }]
    const data = { ...pair, messages: chat }
    const texts = textsOf(data)
    expect(Object.keys(texts)).toEqual(['messages', 'input', 'chosen', 'rejected', 'note'])
    expect(fixOf(data, texts)).toEqual({ values: {}, problems: {} })
    expect(fixOf(data, { ...texts, chosen: 'maybe', note: '2' }).values).toEqual({ chosen: 'maybe', note: 2 })
    const wrong = fixOf(data, { ...texts, messages: '{', note: 'x' })
    expect(Object.keys(wrong.problems)).toEqual(['messages', 'note'])
    expect(wrong.values).toEqual({})
  })
})

it('reads a score', () => {
  expect(scoreOf(' ')).toEqual({ value: null })
  expect(scoreOf('0.5')).toEqual({ value: 0.5 })
  expect(scoreOf('good')).toHaveProperty('problem')
})
