import { render, screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { CellKind, CellValue } from '@/core/grid/source'
import { CellContent } from './CellContent'

function show(kind: CellKind, value: CellValue, { cut = false, find = '', lines = 1 } = {}) {
  return render(<CellContent column={{ name: 'x', kind }} value={value} cut={cut} find={find} lines={lines} />).container
}

const chat = ['system', 'user', 'assistant'].map((role) => ({ role, content: `says ${role}` }))

it.each<[CellKind, CellValue, string]>([
  ['text', 'plain', 'plain'], ['text', null, ''], ['number', 12345.5, '12,345.5'], ['boolean', false, 'false'], ['tags', ['a', 'b'], 'ab'],
  ['score', 0.123456, '0.123'], ['json', { a: 1 }, '{"a":1}'], ['preference', { chosen: 'good', rejected: 'bad' }, 'ChosengoodRejectedbad'],
  ['number', 'no number', 'no number'], ['tags', 'no list', 'no list'], ['chat', 'no chat', 'no chat'], ['preference', 3, '3'],
])('a cell of %s shows %j as it is meant', (kind, value, text) => {
  expect(show(kind, value).textContent).toBe(text)
})

it('a chat shows its last messages, as many as there are lines', () => {
  expect(show('chat', chat).textContent).toBe('3assistantsays assistant')
  expect(show('chat', chat, { lines: 2 }).textContent).toBe('3usersays userassistantsays assistant')
  expect(show('chat', chat, { lines: 4 }).textContent).not.toMatch(/^\d/)
})

it('a score is a number, a bar and a colour', () => {
  const levels = [0.1, 0.5, 0.9].map((value) => show('score', value).querySelector('svg'))
  expect(levels.map((bar) => bar?.dataset['level'])).toEqual(['bad', 'warn', 'ok'])
  expect(levels.map((bar) => bar?.querySelectorAll('rect')[1]?.getAttribute('width'))).toEqual(['10', '50', '90'])
})

it('pictures come from this server alone', () => {
  show('image', '/files/1.png')
  expect(screen.getByRole('img', { name: 'x' })).toHaveAttribute('src', '/files/1.png')
  expect(show('image', 'https://elsewhere/1.png').querySelector('img')).toBeNull()
  expect(show('image', '/files/1', { cut: true }).querySelector('img')).toBeNull()
})

it('says when a text goes on, and marks what is looked for', () => {
  expect(show('text', 'begins', { cut: true }).textContent).toBe('begins…')
  expect([...show('text', 'Why? why', { find: 'WHY' }).querySelectorAll('mark')].map((mark) => mark.textContent)).toEqual(['Why', 'why'])
})

it('markup in a cell is text', () => {
  const evil = '<img src=x onerror=alert(1)>'
  for (const kind of ['text', 'chat', 'tags', 'preference', 'json', 'image'] as const) {
    const value = kind === 'tags' ? [evil] : kind === 'chat' ? [{ role: evil, content: evil }] : kind === 'preference' ? { chosen: evil, rejected: evil } : evil
    const shown = show(kind, value)
    expect([shown.querySelector('img'), shown.textContent?.includes(evil)]).toEqual([null, true])
  }
})
