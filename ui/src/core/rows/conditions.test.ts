import { expect, it } from 'vitest'
import { joinConditions, spelled, splitConditions } from './conditions'

it.each([
  [undefined, []],
  ['  ', []],
  ['a > 1', ['a > 1']],
  ['a > 1 AND b = 2 and c', ['a > 1', 'b = 2', 'c']],
  ["label = 'this and that' AND b", ["label = 'this and that'", 'b']],
  ["label = 'it''s and' AND b", ["label = 'it''s and'", 'b']],
  ['"and" = 1 AND b', ['"and" = 1', 'b']],
  ['a BETWEEN 1 AND 5 AND b', ['a BETWEEN 1 AND 5', 'b']],
  ['(a OR b) AND c', ['(a OR b)', 'c']],
  ['a OR b AND c', ['a OR b AND c']],
  ['case when a and b then 1 end = 1 AND c', ['case when a and b then 1 end = 1', 'c']],
  ['brand = 1 AND scores.and.x > 2', ['brand = 1', 'scores.and.x > 2']],
  ['a AND', ['a AND']],
])('splits %s', (where, parts) => {
  expect(splitConditions(where)).toEqual(parts)
})

it.each([[[]], [['a > 1']], [['a > 1', 'b = 2']], [['a OR b']]])('joins and splits %j', (parts: string[]) => {
  expect(splitConditions(joinConditions(parts))).toEqual(parts)
})

it('keeps what an OR means when it is joined', () => {
  expect(joinConditions(['a OR b', 'c'])).toBe('(a OR b) AND c')
})

it.each([['answer', 'answer'], ['scores.judge.overall', 'scores.judge.overall'], ['my column', '"my column"'], ['a"b', '"a""b"'], ['größe', 'größe']])(
  'spells %s as %s', (name, said) => {
    expect(spelled(name)).toBe(said)
  },
)
