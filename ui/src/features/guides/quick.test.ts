import { expect, it } from 'vitest'
import { quickOf } from './quick'
import type { Item } from './useGuides'

const item = (name: string, state: Item['state'], required = true): Item => ({
  name, title: name, ask: '', example: '', required, state, value: '', evidence: [],
})
const texts = (phase: 'checklist' | 'summary' | 'samples', asked: string, items: Item[], model: string | null = 'a/b') =>
  quickOf({ phase, asked, items, model }).map(({ text, main }) => (main ? `*${text}` : text))

it('a proposal is answered by yes or no, and that goes first', () => {
  expect(texts('checklist', 'a', [item('a', 'assumed'), item('b', 'open')])).toEqual(['*yes', 'no'])
})

it('what is open can be proposed, and left open where it may be', () => {
  expect(texts('checklist', 'a', [item('a', 'open')])).toEqual(['suggest', 'suggest the rest'])
  expect(texts('checklist', 'b', [item('a', 'known'), item('b', 'open', false)])).toEqual(['suggest', 'suggest the rest', 'next', '*done'])
})

it('without a model nothing is proposed', () => {
  expect(texts('checklist', 'b', [item('a', 'known'), item('b', 'open', false)], null)).toEqual(['next', '*done'])
  expect(texts('summary', '', [item('b', 'open', false)], null)).toEqual(['*looks good'])
})

it('a brief that is whole leads to the samples, and at those the buttons stand beside them', () => {
  expect(texts('summary', '', [item('a', 'known')])).toEqual(['*looks good'])
  expect(texts('samples', '', [item('a', 'known')])).toEqual([])
})
