import { contrast, pairs, type Rgb } from '@/core/contrast'
import type { Token } from '@/core/look'

/** The colour that a token has on the page at present; nothing where the browser cannot draw. */
function shown(token: Token): Rgb | undefined {
  const value = getComputedStyle(document.documentElement).getPropertyValue(`--${token}`)
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 1
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  if (!pen || value === '') return undefined
  pen.fillStyle = value
  pen.fillRect(0, 0, 1, 1)
  const [red = 0, green = 0, blue = 0] = pen.getImageData(0, 0, 1, 1).data
  return [red, green, blue]
}

export function shownHex(token: Token): string {
  const rgb = shown(token) ?? [0, 0, 0]
  return `#${rgb.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}

/** The pairs of colours on the page that are too close to each other to be read, with their contrast. */
export function weakPairs() {
  return pairs.flatMap((pair) => {
    const [text, ground] = [shown(pair.token), shown(pair.on)]
    const found = text && ground ? contrast(text, ground) : Infinity
    return found < pair.least ? [{ ...pair, found }] : []
  })
}
