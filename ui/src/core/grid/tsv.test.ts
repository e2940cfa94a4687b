import { expect, it } from 'vitest'
import { fromTsv, toTsv } from './tsv'

it.each([
  [[['a', 'b'], ['c', 'd']]],
  [[['a\tb', 'line\nbreak', 'say "so"'], ['', '', '']]],
  [[['"'], ['""'], ['\r\n']]],
  [[['']]],
  [[['a', ''], ['', 'b']]],
])('what is copied is what is pasted: %j', (rows) => {
  expect(fromTsv(`${toTsv(rows)}\n`)).toEqual(rows)
})

it('reads what spreadsheets write', () => {
  expect(fromTsv('a\tb\r\nc\td\r\n')).toEqual([['a', 'b'], ['c', 'd']])
  expect(fromTsv('"two\nlines"\t"say ""so"""')).toEqual([['two\nlines', 'say "so"']])
  expect(fromTsv('a\t')).toEqual([['a', '']])
  expect(fromTsv('')).toEqual([])
})

it('a quote that opens nothing is text', () => {
  expect(fromTsv('"so" he said\tb')).toEqual([['"so" he said', 'b']])
  expect(fromTsv('"open\tb')).toEqual([['"open', 'b']])
})
