import { describe, expect, it } from 'vitest'
import { chosenOf, clash, mapOf, nameFault, namesOf, noChoices, partBytes, partsOf, suggestedName, type Candidate } from './imports'

const pairs: Candidate = { format: 'input-answer', score: 0.7, evidence: ['fits'], map: { Question: 'input', Reply: 'answer' } }
const plain: Candidate = { format: 'csv', score: 0.05, evidence: ['as it stands'] }

describe('a mapping', () => {
  it('is that of the likeliest format until people choose another one', () => {
    expect(chosenOf([pairs, plain], noChoices)).toBe(pairs)
    expect(chosenOf([pairs, plain], { ...noChoices, format: 'csv' })).toBe(plain)
    expect(chosenOf([], noChoices)).toBeUndefined()
  })

  it('renames what the format has otherwise, and what people say goes before it', () => {
    const choices = { ...noChoices, renames: { Reply: null, Nr: 'number' } }
    expect(namesOf(['Question', 'Reply', 'Nr', 'x'], pairs, choices.renames)).toEqual({ Question: 'input', Reply: null, Nr: 'number', x: 'x' })
    expect(mapOf(pairs, choices)).toMatchObject({ format: 'input-answer', rename: { Question: 'input', Reply: null, Nr: 'number' } })
  })

  it('can give a column its own name back', () => {
    expect(mapOf(pairs, { ...noChoices, renames: { Question: 'Question' } }).rename).toEqual({ Reply: 'answer' })
  })

  it('says how the file is read only where people said so', () => {
    expect(mapOf(plain, noChoices)).toMatchObject({ header: true, delimiter: null, sheet: null })
    expect(mapOf(plain, { ...noChoices, reading: { header: false, delimiter: '\\t', sheet: 'A' } })).toMatchObject({ header: false, delimiter: '\t', sheet: 'A' })
  })

  it('knows when two columns would get one name', () => {
    expect(clash({ a: 'input', b: 'input', c: null, d: null })).toBe('input')
    expect(clash({ a: 'input', b: null, c: null })).toBeUndefined()
  })
})

describe('names', () => {
  it.each([
    ['faq.csv', 'faq'],
    ['a folder/Support Mails.jsonl.gz', 'Support-Mails'],
    ['C:\\data\\rows.parquet', 'rows'],
    ['https://example.org/x/train.jsonl?sig=1', 'train'],
    ['hf:owner/name', 'name'],
    ['sample:rowsmith', 'rowsmith'],
    ['.csv', 'csv'],
  ])('%s suggests %s', (file, name) => {
    expect(suggestedName(file)).toBe(name)
  })

  it('refuses what no dataset can be called', () => {
    expect(nameFault('a@b')).toContain('@')
    expect(nameFault('run:1')).toBeDefined()
    expect(nameFault('fine name')).toBeUndefined()
  })
})

describe('parts', () => {
  it('cover a file without a gap, and an empty one, too', () => {
    expect(partsOf(0)).toEqual([[0, 0]])
    expect(partsOf(partBytes + 1)).toEqual([
      [0, partBytes],
      [partBytes, partBytes + 1],
    ])
  })
})
