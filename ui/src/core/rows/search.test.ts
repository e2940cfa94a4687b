import { expect, it } from 'vitest'
import { changeView, moveView, readSearch, sayingSort, sortOf } from './search'

it('takes what is sound and leaves the rest out', () => {
  const raw = { ref: 'draft', where: ' length(answer) > 2 ', search: '', marked: 'r12:flag:pii', sort: '-scores.judge', sample: 50, seed: 7, row: 'ab12', place: 41, at: 30, more: 1 }
  expect(readSearch(raw)).toEqual({ ref: 'draft', where: 'length(answer) > 2', marked: 'r12:flag:pii', sort: '-scores.judge', sample: 50, seed: 7, row: 'ab12', place: 41, at: 30 })
  expect(readSearch({ sample: -1, at: 'x', place: 1.5, sort: {}, where: null })).toEqual({})
})

it('takes texts that look like something else', () => {
  expect(readSearch({ ref: 2024, where: true, search: 42 })).toEqual({ ref: '2024', where: 'true', search: '42' })
})

it('has a seed only with a sample, and keeps place 0 but no scroll to it', () => {
  expect(readSearch({ seed: 3 })).toEqual({})
  expect(readSearch({ place: 0, at: 0, sample: 0 })).toEqual({ place: 0 })
})

it('leaves the open row and the place behind when the view changes, and keeps the view when only the place does', () => {
  const search = { ref: 'draft', where: 'a > 1', row: 'ab', place: 4, at: 9 }
  expect(changeView(search, { where: 'b > 1' })).toEqual({ ref: 'draft', where: 'b > 1' })
  expect(changeView(search, { where: undefined, sort: '-b' })).toEqual({ ref: 'draft', sort: '-b' })
  expect(moveView(search, { row: 'cd', place: 5 })).toEqual({ ref: 'draft', where: 'a > 1', row: 'cd', place: 5, at: 9 })
})

it.each([undefined, 'answer', '-scores.judge.overall'])('reads and says the sort %s', (said) => {
  expect(sayingSort(sortOf(said))).toBe(said)
})
