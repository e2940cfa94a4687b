import { expect, it } from 'vitest'
import { fits, ranked, readParts, shortTitle } from './use'

const format = (name: string, ...needs: string[][]) => ({ name, title: `${name}'s own: {a}.`, extension: 'jsonl', consumer: '', needs })

it('knows which formats fit, and puts them first', () => {
  expect(fits(format('csv'), [])).toBe(true)
  expect(fits(format('dpo', ['input', 'chosen', 'rejected']), ['input', 'chosen'])).toBe(false)
  const formats = [format('dpo', ['input', 'chosen', 'rejected']), format('sft', ['messages'], ['input', 'answer']), format('csv')]
  expect(ranked(formats, ['input', 'answer'], '').map(({ name }) => name)).toEqual(['sft', 'csv', 'dpo'])
  expect(ranked(formats, [], "sft's own").map(({ name }) => name)).toEqual(['sft'])
  expect(shortTitle(format('sft'))).toBe("sft's own")
})

it('reads the parts of a split', () => {
  expect(readParts('train=0.8, test = rest')).toEqual({ parts: { train: 0.8, test: 'rest' } })
  for (const wrong of ['', 'train=0.8', 'train=x, test=1', 'a=1, a=2', 'train, test']) expect(readParts(wrong)).toHaveProperty('problem')
})
