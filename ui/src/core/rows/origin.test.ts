import { expect, it } from 'vitest'
import { sourceName, sourcePlace, sourcesOf, spanWithin } from './origin'

it.each([
  [{ name: 'drinks.md', span: [112, 1431] }, 'drinks.md', 'characters 112 to 1,431'],
  [{ name: 'reports.zip', member: '2025/tea.pdf', span: [0, 9], pages: [3, 4] }, 'reports.zip', 'in 2025/tea.pdf, characters 0 to 9, pages 3 to 4'],
  [{ url: 'https://tea.example', pages: [3, 3] }, 'https://tea.example', 'page 3'],
  [{ file: 'rows.csv', line: 7, column: 'text', key: 12 }, 'rows.csv', 'line 7, column text, key 12'],
  [{}, 'an unnamed source', ''],
])('tells %j', (source, name, place) => {
  expect([sourceName(source), sourcePlace(source)]).toEqual([name, place])
})

it('finds none, one or several sources', () => {
  expect([sourcesOf(null), sourcesOf({}), sourcesOf({ source: { name: 'a' } }), sourcesOf({ source: [{ name: 'a' }, { name: 'b' }] })]).toEqual([
    [], [], [{ name: 'a' }], [{ name: 'a' }, { name: 'b' }],
  ])
})

it('finds the characters of a parent that a row came from, and only where they are certain', () => {
  const row = { source: { name: 'a', span: [120, 130] } }
  const parent = (more: object) => ({ source: { name: 'a', span: [100, 200], ...more } })
  expect(spanWithin(row, parent({}))).toEqual([20, 30])
  expect(spanWithin(row, parent({ name: 'b' }))).toBeUndefined()
  expect(spanWithin(row, parent({ span: [120, 130] }))).toBeUndefined()
  expect(spanWithin(row, parent({ span: [125, 200] }))).toBeUndefined()
  expect(spanWithin(row, parent({ edits: [[101, 102, '']] }))).toBeUndefined()
  expect(spanWithin({}, parent({}))).toBeUndefined()
})
