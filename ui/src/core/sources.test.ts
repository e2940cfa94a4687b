import { expect, it } from 'vitest'
import { barsOf, bodyOf, isKind } from './sources'

it('a source is nothing until it is said where it is', () => {
  expect(bodyOf({ kind: 'web', source: '  ' })).toBeUndefined()
  expect(bodyOf({ source: ' docs ' })).toMatchObject({ source: 'docs', table: null, settings: {} })
})

it('each kind has settings of its own, and no others', () => {
  const all = { source: 'x', table: 't', query: '', depth: '2', pages: '10' }
  expect(bodyOf({ ...all, kind: 'web' })).toMatchObject({ table: null, settings: { depth: 2, max_pages: 10 } })
  expect(bodyOf({ ...all, kind: 'database' })).toMatchObject({ table: 't', query: null, settings: {} })
  expect(bodyOf({ source: 'x', kind: 'web', depth: '0', pages: 'many' })?.settings).toEqual({})
})

it('the highest bar is whole', () => {
  expect(barsOf([{ from: 1, to: 5, count: 2 }, { from: 6, to: 9, count: 4 }]).map(({ share }) => share)).toEqual([0.5, 1])
  expect(barsOf([])).toEqual([])
})

it('knows its kinds', () => {
  expect([isKind('web'), isKind('ftp')]).toEqual([true, false])
})
