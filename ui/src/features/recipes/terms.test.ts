import { expect, it } from 'vitest'
import { termsOf } from './terms'

it('takes empty for none and says what cannot be used', () => {
  expect(termsOf({ target: '', cap: ' 0.25 ', into: ' qa ' })).toEqual({ values: { target: null, budget_usd: 0.25, into: 'qa' }, faults: {} })
  expect(Object.keys(termsOf({ target: '1.5', cap: '-1', into: '' }).faults)).toEqual(['target', 'cap'])
})
