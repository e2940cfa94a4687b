import { expect, it } from 'vitest'
import { complete, suggest } from './suggest'

const columns = ['answer', 'long answer', 'scores.judge.overall', 'label']
const texts = (text: string, caret = text.length) => suggest(text, caret, columns).map((one) => one.text)

it('offers the columns in an empty field, and nothing after a blank', () => {
  expect(texts('')).toEqual(['answer', '"long answer"', 'scores.judge.overall', 'label'])
  expect(texts('answer ')).toEqual([])
})

it('offers columns and functions that begin so, then columns that have it', () => {
  expect(texts('l')).toEqual(['label', 'length()', 'lower()', "LIKE '%%'", '"long answer"', 'scores.judge.overall'])
  expect(texts('answer > 1 AND judge')).toEqual(['scores.judge.overall'])
  expect(texts('label IS')).toEqual(['IS NULL', 'IS NOT NULL'])
})

it('offers nothing within a text, nor what is written already', () => {
  expect(texts("label = 'ans")).toEqual([])
  expect(texts('label')).toEqual([])
})

it('puts a function around the caret', () => {
  const [length] = suggest('len > 2', 3, columns)
  expect(length && complete('len > 2', 3, length)).toEqual({ text: 'length() > 2', caret: 7 })
})

it('replaces the word before the caret alone', () => {
  expect(complete('a AND scor > 1', 10, { text: 'scores.judge.overall', about: '' })).toEqual({ text: 'a AND scores.judge.overall > 1', caret: 26 })
})
