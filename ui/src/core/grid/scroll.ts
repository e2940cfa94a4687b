/** Scaled scrolling: browsers stop at about 17 million pixels, so a taller grid scrolls a shorter bar. The offset in logical pixels is the truth
 * the bar's position is derived from it. */

export const BAR = 8_000_000
const OVERSCAN = 4

export type RowHeight = 28 | 32 | 56 | 96

export interface Extent {
  readonly rows: number
  readonly rowHeight: number
  readonly header: number
  /** The height of the grid on the screen, header included. */
  readonly viewport: number
}

export interface RowWindow {
  readonly first: number
  readonly count: number
}

export const logicalHeight = (e: Extent): number => e.rows * e.rowHeight + e.header

export const barHeight = (e: Extent): number => Math.min(logicalHeight(e), BAR)

/** Logical pixels per pixel of the bar. */
export function ratio(e: Extent): number {
  const travel = barHeight(e) - e.viewport
  return travel > 0 ? (logicalHeight(e) - e.viewport) / travel : 1
}

export const clampOffset = (offset: number, e: Extent): number => Math.max(0, Math.min(offset, logicalHeight(e) - e.viewport))

export const toBar = (offset: number, e: Extent): number => Math.round(offset / ratio(e))

export const fromBar = (top: number, e: Extent): number => clampOffset(top * ratio(e), e)

/** The rows to render at an offset: those on the screen and a few around them. */
export function rowWindow(offset: number, e: Extent): RowWindow {
  const first = Math.max(0, Math.min(Math.floor(offset / e.rowHeight) - OVERSCAN, e.rows - 1))
  const last = Math.min(e.rows, Math.floor(offset / e.rowHeight) + Math.ceil(e.viewport / e.rowHeight) + OVERSCAN)
  return { first, count: Math.max(0, last - first) }
}

/** The nearest offset at which a row lies whole between the header and the lower edge. */
export function reveal(offset: number, row: number, e: Extent): number {
  const body = e.viewport - e.header
  const top = row * e.rowHeight
  if (top < offset || e.rowHeight > body) return clampOffset(top, e)
  return clampOffset(Math.max(offset, top + e.rowHeight - body), e)
}

/** The same for one axis without scaling: a span of a line that is seen through an opening. */
export function revealSpan(offset: number, start: number, width: number, opening: number): number {
  if (start < offset || width > opening) return start
  return Math.max(offset, start + width - opening)
}

/** The pixels of a wheel event: browsers report lines or pages, too. */
export function wheelPixels(delta: number, mode: number, rowHeight: number, viewport: number): number {
  return mode === 1 ? delta * rowHeight : mode === 2 ? delta * viewport : delta
}

const GLIDE = 325

/** How far a flick goes on after `ms`, given its speed in pixels per ms, and whether it has come to rest. */
export function glide(speed: number, ms: number): { readonly moved: number; readonly rests: boolean } {
  const left = Math.exp(-ms / GLIDE)
  return { moved: speed * GLIDE * (1 - left), rests: Math.abs(speed * left) < 0.02 }
}
