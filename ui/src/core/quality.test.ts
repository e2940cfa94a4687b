import { expect, it } from 'vitest'
import { isWhole, languageName, markOf, removes, saysBin, saysMark, toneOf } from './quality'

it('says marks as the server reads them, and in words', () => {
  expect(markOf('r12', 'flag', 'pii', 'email')).toBe('r12:flag:pii:email')
  expect(markOf('r12', 'label', 'a:b', 'c d')).toBe('r12:label:a%3Ab:c%20d')
  expect(saysMark('r12:label:a%3Ab:c%20d')).toEqual({ what: 'label a:b, likely c d', run: 'r12' })
  expect(saysMark('r12:flag:near-duplicates')).toEqual({ what: 'near-duplicates', run: 'r12' })
  expect(saysMark('r12:words:answer:0').what).toBe('words of the answer, bar 1')
  expect(saysMark('r12:language:de').what).toBe('language German')
  expect(saysMark('nonsense%')).toEqual({ what: 'nonsense%', run: 'nonsense%' })
  expect(saysMark('r1:source:%').what).toBe('source %')
})

it('says bars', () => {
  const whole = { count: 2, mean: 1, low: 1, high: 2, bins: [{ from: 1, to: 2, count: 1 }, { from: 2, to: 3, count: 1 }] }
  expect(isWhole(whole)).toBe(true)
  expect(saysBin({ from: 1, to: 2, count: 1 }, true)).toBe('1')
  expect(saysBin({ from: 0.123456, to: 0.2, count: 1 }, false)).toBe('0.123 to 0.2')
})

it('knows what a recommendation takes out', () => {
  expect(removes({ command: "rowsmith quality 'a b' --remove near-duplicates" })).toBe('near-duplicates')
  expect(removes({ command: 'rowsmith redact a -o b.jsonl' })).toBeUndefined()
})

it('names languages and grades that it does not know by themselves', () => {
  expect(languageName('not a code')).toBe('not a code')
  expect([toneOf('A'), toneOf('C'), toneOf('F'), toneOf('')]).toEqual(['ok', 'warn', 'bad', 'bad'])
})
