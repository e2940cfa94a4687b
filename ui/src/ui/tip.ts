export type Side = 'top' | 'right' | 'bottom' | 'left'

/** What an element shows when it is pointed at or focused (Tooltips.tsx draws it): `<button {...tip('Undo', 'Ctrl+Z')}>`. */
export function tip(text: string, keys?: string, side: Side = 'bottom') {
  return { 'data-tip': text, 'data-tip-keys': keys, 'data-tip-side': side }
}

interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** Where a tip of some size stands beside an element so that it stays in the window. */
export function placeOf(side: Side, of: Box, size: { width: number; height: number }, window: { width: number; height: number }) {
  const gap = 6
  const edge = 8
  const middle = { left: of.left + (of.width - size.width) / 2, top: of.top + (of.height - size.height) / 2 }
  const below = of.top + of.height + gap
  const above = of.top - size.height - gap
  const place = {
    top: { left: middle.left, top: above < edge ? below : above },
    bottom: { left: middle.left, top: below + size.height > window.height - edge ? above : below },
    right: { left: of.left + of.width + gap, top: middle.top },
    left: { left: of.left - size.width - gap, top: middle.top },
  }[side]
  const within = (value: number, length: number, whole: number) => Math.round(Math.max(edge, Math.min(value, whole - length - edge)))
  return { left: within(place.left, size.width, window.width), top: within(place.top, size.height, window.height) }
}
