import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { contrast } from './contrast'
import { isColour, isTheme, look, nameFault, setLook, shownBase, type Theme } from './look'

const root = document.documentElement
const mine: Theme = { name: 'Mine', base: 'dark', tokens: { bg: '#101010', accent: 'oklch(0.7 0.1 120)' } }

beforeEach(() => {
  localStorage.clear()
  // What the page loads before it is painted.
  new Function(readFileSync('public/theme.js', 'utf8'))()
})

describe('the look', () => {
  it('follows the system at first', () => {
    expect(shownBase()).toBe('light')
    expect(root.dataset.density).toBe('compact')
  })

  it('is put on the page and kept', () => {
    setLook({ theme: 'dark', density: 'comfortable' })
    expect(root.dataset).toMatchObject({ theme: 'dark', density: 'comfortable' })
    expect(JSON.parse(localStorage.getItem('rowsmith.look') ?? '')).toEqual(look.get())
  })

  it('of one’s own changes its colours, and leaves none behind', () => {
    setLook({ theme: 'Mine', themes: [mine] })
    expect(root.dataset.theme).toBe('dark')
    expect(root.style.getPropertyValue('--bg')).toBe('#101010')
    setLook({ theme: 'light' })
    expect(root.style.getPropertyValue('--bg')).toBe('')
  })

  const unusable = ['nonsense', 'null', '{"theme":"Gone","themes":[]}', '{"themes":7}']
  it.each(unusable)('is that of the system where what is kept cannot be used: %s', (kept) => {
    localStorage.setItem('rowsmith.look', kept)
    window.applyLook()
    expect(shownBase()).toBe('light')
  })
})

it('knows colours', () => {
  expect(['#fff', '#0a0b0c', 'oklch(0.5 0.1 200)', 'rgb(1, 2, 3)', 'hsl(120deg 10% 20% / 50%)'].every(isColour)).toBe(true)
  expect(['red;x', 'url(http://a)', 'var(--bg)', '#12', 'expression(1)', ''].some(isColour)).toBe(false)
})

it('knows themes', () => {
  expect(isTheme(mine)).toBe(true)
  expect(isTheme({ ...mine, tokens: { bg: 'url(http://a)' } })).toBe(false)
  expect(isTheme({ ...mine, tokens: { width: '#fff' } })).toBe(false)
  expect(isTheme({ ...mine, base: 'blue' })).toBe(false)
  expect(isTheme({ ...mine, name: 'dark' })).toBe(false)
})

it('knows names of themes', () => {
  expect(nameFault('Night', ['Mine'])).toBeUndefined()
  expect(nameFault('Mine', ['Mine'])).toContain('already')
  expect(nameFault(' ', [])).toContain('name')
})

it('reckons contrast', () => {
  expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21)
  expect(contrast([119, 119, 119], [255, 255, 255])).toBeCloseTo(4.48, 1)
})
