/** Where columns stand: order, widths, pins, what is hidden, and which of them are on the screen. */

import type { CellKind, GridColumn } from './source'

export interface ColumnLayout {
  readonly order: readonly string[]
  readonly widths: Readonly<Record<string, number>>
  readonly pinned: readonly string[]
  readonly hidden: readonly string[]
}

export interface PlacedColumn {
  readonly column: GridColumn
  /** Its place among the columns that are shown, pinned ones first. */
  readonly index: number
  /** Pixels from the left edge of its part, pinned or free. */
  readonly left: number
  readonly width: number
  readonly pinned: boolean
}

export interface Placement {
  readonly all: readonly PlacedColumn[]
  readonly pinned: readonly PlacedColumn[]
  readonly free: readonly PlacedColumn[]
  readonly pinnedWidth: number
  readonly freeWidth: number
}

export interface ColumnWindow {
  readonly first: number
  readonly last: number
}

export const NARROWEST = 56
export const WIDEST = 1200
/** Pixels beyond the screen in which columns are rendered, too. */
const MARGIN = 240

const WIDTHS: Readonly<Record<CellKind, number>> = {
  text: 280, number: 104, boolean: 96, tags: 200, score: 132, chat: 360, preference: 420, image: 112, json: 240,
}

export const EMPTY_LAYOUT: ColumnLayout = { order: [], widths: {}, pinned: [], hidden: [] }

/** A layout that has every column exactly once: new ones come last, those that are gone are forgotten. */
export function fitLayout(layout: ColumnLayout, columns: readonly GridColumn[]): ColumnLayout {
  const names = columns.map((column) => column.name)
  const known = (name: string) => names.includes(name)
  const order = layout.order.filter(known)
  return {
    order: [...order, ...names.filter((name) => !order.includes(name))],
    widths: Object.fromEntries(Object.entries(layout.widths).filter(([name]) => known(name))),
    pinned: layout.pinned.filter(known),
    hidden: layout.hidden.filter(known),
  }
}

export const widthOf = (layout: ColumnLayout, column: GridColumn): number => layout.widths[column.name] ?? WIDTHS[column.kind]

/** Lays the shown columns out. On a screen too narrow for them, pins are ignored, so that something is left to scroll. */
export function place(columns: readonly GridColumn[], layout: ColumnLayout, room: number): Placement {
  const named = new Map(columns.map((column) => [column.name, column]))
  const shown = fitLayout(layout, columns).order.filter((name) => !layout.hidden.includes(name)).map((name) => named.get(name) as GridColumn)
  const wanted = shown.filter((column) => layout.pinned.includes(column.name))
  const fits = wanted.reduce((sum, column) => sum + widthOf(layout, column), 0) <= room * 0.6
  const stuck = fits ? wanted : []
  const pinned = lay(stuck, layout, 0, true)
  const free = lay(shown.filter((column) => !stuck.includes(column)), layout, stuck.length, false)
  return { all: [...pinned, ...free], pinned, free, pinnedWidth: extent(pinned), freeWidth: extent(free) }
}

function lay(columns: readonly GridColumn[], layout: ColumnLayout, from: number, pinned: boolean): PlacedColumn[] {
  let left = 0
  return columns.map((column, n) => {
    const width = widthOf(layout, column)
    left += width
    return { column, index: from + n, left: left - width, width, pinned }
  })
}

const extent = (placed: readonly PlacedColumn[]): number => placed.reduce((sum, { width }) => sum + width, 0)

/** Which free columns (by their place in `free`, `last` excluded) to render for what is scrolled into `opening` pixels. It stays as it was while it
 * covers the screen, so that rows are not rendered again for every pixel. */
export function columnWindow(free: readonly PlacedColumn[], scrolled: number, opening: number, before?: ColumnWindow): ColumnWindow {
  const needed = between(free, scrolled, scrolled + opening)
  const wide = between(free, scrolled - MARGIN, scrolled + opening + MARGIN)
  const covers = before && before.first <= needed.first && before.last >= needed.last && before.last <= free.length
  const bounded = before && before.last - before.first <= wide.last - wide.first + 2
  return covers && bounded ? before : wide
}

function between(free: readonly PlacedColumn[], from: number, to: number): ColumnWindow {
  const first = cut(free, (column) => column.left + column.width > from)
  return { first, last: Math.max(first, cut(free, (column) => column.left >= to)) }
}

/** The first place at which a test holds that holds for everything behind it (binary search). */
function cut(placed: readonly PlacedColumn[], holds: (column: PlacedColumn) => boolean): number {
  let low = 0
  let high = placed.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(placed[middle] as PlacedColumn)) high = middle
    else low = middle + 1
  }
  return low
}

export function resizeColumn(layout: ColumnLayout, name: string, width: number): ColumnLayout {
  return { ...layout, widths: { ...layout.widths, [name]: Math.round(Math.max(NARROWEST, Math.min(width, WIDEST))) } }
}

/** Puts a column where another one is, which makes room. */
export function moveColumn(layout: ColumnLayout, name: string, onto: string): ColumnLayout {
  const to = layout.order.indexOf(onto)
  const rest = layout.order.filter((other) => other !== name)
  return to < 0 || name === onto ? layout : { ...layout, order: [...rest.slice(0, to), name, ...rest.slice(to)] }
}

export function pinColumn(layout: ColumnLayout, name: string, on: boolean): ColumnLayout {
  const others = layout.pinned.filter((other) => other !== name)
  return { ...layout, pinned: on ? [...others, name] : others }
}

/** The last column that is shown stays. */
export function hideColumn(layout: ColumnLayout, name: string, on: boolean): ColumnLayout {
  const others = layout.hidden.filter((other) => other !== name)
  const left = layout.order.length - others.length - 1
  return on && left < 1 ? layout : { ...layout, hidden: on ? [...others, name] : others }
}
