/** What can be written next in a condition: columns, functions and words of the language. */

import { spelled } from './conditions'

export interface Suggestion {
  /** What is written. */
  readonly text: string
  readonly about: string
  /** Characters of `text` before the caret, when it is not its end. */
  readonly caret?: number
}

export interface Completed {
  readonly text: string
  readonly caret: number
}

const FUNCTIONS: readonly Suggestion[] = [
  { text: 'length()', about: 'characters of a text, entries of a list', caret: 7 },
  { text: 'word_count()', about: 'words of a text', caret: 11 },
  { text: 'contains(, )', about: 'a text or list has a value', caret: 9 },
  { text: 'starts_with(, )', about: 'a text begins so', caret: 12 },
  { text: 'ends_with(, )', about: 'a text ends so', caret: 10 },
  { text: 'lower()', about: 'in small letters', caret: 6 },
  { text: 'upper()', about: 'in capital letters', caret: 6 },
  { text: 'trim()', about: 'without white space around', caret: 5 },
  { text: 'coalesce(, )', about: 'the first that is there', caret: 9 },
  { text: 'abs()', about: 'without its sign', caret: 4 },
  { text: 'round()', about: 'to whole numbers', caret: 6 },
]

const WORDS: readonly Suggestion[] = [
  { text: 'AND', about: 'both hold' },
  { text: 'OR', about: 'one of them holds' },
  { text: 'NOT', about: 'does not hold' },
  { text: 'IS NULL', about: 'there is none' },
  { text: 'IS NOT NULL', about: 'there is one' },
  { text: 'IN ()', about: 'is one of', caret: 4 },
  { text: 'BETWEEN', about: '1 AND 5' },
  { text: "ILIKE '%%'", about: 'contains, whatever the case', caret: 8 },
  { text: "LIKE '%%'", about: 'contains', caret: 7 },
]

const MOST = 8

/** The word that is being written: what stands between the caret and the last blank or sign before it. */
export function wordBefore(text: string, caret: number): string {
  const before = text.slice(0, caret)
  const quotes = before.split("'").length - 1
  return quotes % 2 === 1 ? '' : (/[\p{L}\p{N}_.]+$/u.exec(before)?.[0] ?? '')
}

/** Suggestions for the word before the caret: those that begin so first. Without a word only columns, and only in an empty field. */
export function suggest(text: string, caret: number, columns: readonly string[]): Suggestion[] {
  const word = wordBefore(text, caret).toLowerCase()
  const names = columns.map((name) => ({ text: spelled(name), about: 'column' }))
  if (!word) return text.trim() === '' ? names.slice(0, MOST) : []
  const all = [...names, ...FUNCTIONS, ...WORDS]
  const begins = all.filter((one) => one.text.toLowerCase().startsWith(word) && one.text.toLowerCase() !== word)
  const has = names.filter((one) => !begins.includes(one) && one.text.toLowerCase().includes(word) && one.text.toLowerCase() !== word)
  return [...begins, ...has].slice(0, MOST)
}

/** The text with a suggestion in place of the word before the caret. */
export function complete(text: string, caret: number, chosen: Suggestion): Completed {
  const start = caret - wordBefore(text, caret).length
  return { text: text.slice(0, start) + chosen.text + text.slice(caret), caret: start + (chosen.caret ?? chosen.text.length) }
}
