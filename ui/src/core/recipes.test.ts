import { expect, it } from 'vitest'
import { fixHere, isNeeded, kindOf, matching, placed, setsOf, setsOfLines, usual, type Parameter, type Recipe } from './recipes'

const parameters: Record<string, Parameter> = {
  model: { help: 'the model that writes, such as openai/gpt-4o-mini' },
  judge: { default: '${model}', help: 'whoever checks' },
  template: { help: "the model's chat template" },
  base_url: { help: 'address of a server', optional: true },
  input: { help: 'file or folder of documents' },
  density: { default: 1 },
  strict: { default: false },
  seeds: { default: ['a', 'b'], help: 'what is asked, as a list' },
  table: { default: { a: 1 } },
  leave: { default: false, agree: 'This writes attacks.' },
}

const recipe: Recipe = {
  name: 'document-qa', description: 'Questions from documents.', group: 'documents', source: 'InstructLab', needs: 'documents', gives: ['openai'],
  calls: 2.6, parameters, roles: ['writer'], steps: ['read.files'], command: '',
} // prettier-ignore

it.each([
  ['model', 'model'], ['judge', 'model'], ['template', 'text'], ['base_url', 'text'], ['density', 'number'], ['strict', 'switch'], ['seeds', 'lines'],
  ['table', 'data'], ['leave', 'agree'],
])('%s is filled in as %s', (name, kind) => {
  expect(kindOf(name, parameters)).toBe(kind)
}) // prettier-ignore

it('asks first for what has no default', () => {
  expect(Object.keys(parameters).filter((name) => isNeeded(parameters[name] ?? {}))).toEqual(['model', 'template', 'input', 'leave'])
})

it('shows defaults as they are typed', () => {
  expect(usual(parameters.seeds ?? {}, 'lines')).toBe('a\nb')
  expect(usual(parameters.judge ?? {}, 'model')).toBe('')
  expect(usual(parameters.density ?? {}, 'number')).toBe('1')
})

it('sends what differs from the defaults, and lists as lists', () => {
  expect(setsOf(parameters, { model: ' openai/m ', density: '1', seeds: 'a\n\nc ', judge: '' })).toEqual({ model: 'openai/m', seeds: '["a","c"]' })
  expect(setsOf(parameters, { seeds: '["x"]' })).toEqual({ seeds: '["x"]' })
})

it('reads name=value line by line', () => {
  expect(setsOfLines('model = openai/m\n\nnote\nquery=a=b')).toEqual({ model: 'openai/m', query: 'a=b' })
})

it('puts each problem at the parameter that mends it', () => {
  const text = ['models:', '  writer: {model: "${model}"}', 'steps:', '  - kind: read.files', '    paths: ["${input}"]', '  - kind: score'].join('\n')
  const said = (what: string, line = 0) => ({ what, fix: '', file: 'document-qa', line })
  const byName = said("The parameter 'model' must be given.")
  const byValue = said("There is no file '/nope'.")
  const byLine = said("The model 'writer': There is no key.", 2)
  const byStep = said("'paths' of step 'read.files' is [].", 4)
  const agreed = said('This writes attacks.')
  const other = said('The project has no money left.')
  const { at, rest } = placed([byName, byValue, byLine, byStep, agreed, other], recipe, { input: '/nope' }, text)
  expect(at).toEqual({ model: [byName, byLine], input: [byValue, byStep], leave: [agreed] })
  expect(rest).toEqual([other])
})

it('says fixes for a page', () => {
  expect(fixHere('Add --set model=VALUE.')).toBe('Fill it in.')
  expect(fixHere('Set X, or enter the key once: `rowsmith keys add X`')).toBe('Set X where the server runs, or add the key in Settings, Models and keys.')
  expect(fixHere('Give a number.')).toBe('Give a number.')
})

it('finds recipes by all words, within a group', () => {
  expect(matching([recipe], 'instructlab QUESTIONS')).toEqual([recipe])
  expect(matching([recipe], 'questions chats')).toEqual([])
  expect(matching([recipe], '', 'code')).toEqual([])
})
