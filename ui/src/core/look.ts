import { stored } from './stored'

/** The colours of a theme: the values of `--bg` and the others in theme.css. */
export const tokens = ['bg', 'surface', 'raised', 'line', 'control-line', 'fg', 'muted', 'accent', 'accent-fg', 'ok', 'warn', 'bad'] as const
export type Token = (typeof tokens)[number]
export type Base = 'light' | 'dark'

/** A theme of one's own: it changes some colours of light or dark. */
export interface Theme {
  name: string
  base: Base
  tokens: Partial<Record<Token, string>>
}

/** What was chosen; theme.js puts it on the page. `theme` is system, light, dark or the name of a theme of one's own. */
export interface Look {
  theme: string
  density: 'compact' | 'comfortable'
  themes: Theme[]
}

export const look = stored<Look>('rowsmith.look', { theme: 'system', density: 'compact', themes: [] }, isLook)

function isLook(found: unknown): found is Look {
  if (typeof found !== 'object' || found === null) return false
  const { theme, density, themes } = found as Record<string, unknown>
  if (typeof theme !== 'string' || (density !== 'compact' && density !== 'comfortable')) return false
  return Array.isArray(themes) && themes.every(isTheme)
}

/** Whether something read, such as someone else's file, is a theme. Values are colours and nothing that could fetch or run. */
export function isTheme(found: unknown): found is Theme {
  if (typeof found !== 'object' || found === null) return false
  const { name, base, tokens: values } = found as Record<string, unknown>
  if (typeof name !== 'string' || nameFault(name, []) || (base !== 'light' && base !== 'dark')) return false
  if (typeof values !== 'object' || values === null) return false
  const known: readonly string[] = tokens
  return Object.entries(values).every(([token, value]) => known.includes(token) && typeof value === 'string' && isColour(value))
}

export function isColour(value: string): boolean {
  return /^#([\da-f]{3}|[\da-f]{6})$|^(oklch|oklab|rgb|hsl)\([\d\s.,%/+-]*(deg)?[\d\s.,%/+-]*\)$/i.test(value.trim())
}

/** What is wrong with the name of a theme, or nothing. */
export function nameFault(name: string, taken: readonly string[]): string | undefined {
  if (name.trim() === '') return 'Give the theme a name.'
  if (name.length > 40) return 'Use at most 40 characters.'
  if (['system', 'light', 'dark'].includes(name)) return `"${name}" is a theme that is built in. Choose another name.`
  if (taken.includes(name)) return `There is a theme "${name}" already. Choose another name.`
  return undefined
}

export function setLook(change: Partial<Look>): void {
  look.set({ ...look.get(), ...change })
  window.applyLook()
}

/** The theme on the page at present. */
export function shownBase(): Base {
  return document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light'
}

declare global {
  interface Window {
    /** Defined by public/theme.js, which the page loads before anything is painted. */
    applyLook: () => void
  }
}
