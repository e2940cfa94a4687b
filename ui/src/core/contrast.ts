/** Red, green and blue from 0 to 255, as the screen shows them. */
export type Rgb = readonly [number, number, number]

/** The contrast of two colours by WCAG 2: from 1 to 21. */
export function contrast(one: Rgb, two: Rgb): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(two)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

function linear(value: number): number {
  const share = value / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}

/** Pairs that are read against each other: text on its grounds, and the edge of a control. */
export const pairs = [
  { on: 'bg', token: 'fg', least: 4.5 },
  { on: 'raised', token: 'fg', least: 4.5 },
  { on: 'bg', token: 'muted', least: 4.5 },
  { on: 'raised', token: 'muted', least: 4.5 },
  { on: 'surface', token: 'accent', least: 4.5 },
  { on: 'accent', token: 'accent-fg', least: 4.5 },
  { on: 'surface', token: 'ok', least: 4.5 },
  { on: 'surface', token: 'warn', least: 4.5 },
  { on: 'surface', token: 'bad', least: 4.5 },
  { on: 'surface', token: 'control-line', least: 3 },
] as const
