/** Joins the scroll arithmetic to the elements: wheel, bar and fingers move one logical offset, from which everything on the screen follows. */

import { columnWindow, type ColumnWindow, type Placement } from '@/core/grid/columns'
import { clampOffset, fromBar, glide, ratio, reveal, revealSpan, rowWindow, toBar, wheelPixels, type Extent } from '@/core/grid/scroll'

export interface View {
  readonly first: number
  readonly count: number
  readonly columns: ColumnWindow
  readonly width: number
  readonly height: number
}

/** What the scroller has to know of what it scrolls. */
export interface Scrolled {
  readonly rows: number
  readonly rowHeight: number
  readonly header: number
  readonly gutter: number
  readonly placement: Placement
}

interface Touched {
  readonly y: number
  readonly at: number
}

const NOTHING: Scrolled = {
  rows: 0, rowHeight: 28, header: 32, gutter: 0, placement: { all: [], pinned: [], free: [], pinnedWidth: 0, freeWidth: 0 },
}

export class Scroller {
  view: View = { first: 0, count: 0, columns: { first: 0, last: 0 }, width: 0, height: 0 }
  private offset = 0
  private direction: 1 | -1 = 1
  private root: HTMLElement | null = null
  private body: HTMLElement | null = null
  private content = NOTHING
  private bar = 0
  private frame = 0
  private gliding = 0
  private touches: Touched[] = []
  private listeners = new Set<() => void>()

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  read = (): View => this.view

  get extent(): Extent {
    return { ...this.content, viewport: this.view.height }
  }

  /** The way it moved last. */
  get towards(): 1 | -1 {
    return this.direction
  }

  /** Takes charge of the scrolling element and of the element that holds the rows; returns what lets go of them. */
  attach(root: HTMLElement, body: HTMLElement): () => void {
    this.root = root
    this.body = body
    const sized = new ResizeObserver(() => { this.measure() })
    const abort = new AbortController()
    const listen = <K extends keyof HTMLElementEventMap>(type: K, heard: (event: HTMLElementEventMap[K]) => void, passive = true) => {
      root.addEventListener(type, heard, { passive, signal: abort.signal })
    }
    sized.observe(root)
    listen('wheel', this.wheeled, false)
    listen('scroll', this.scrolled)
    listen('touchstart', ({ touches }) => { this.touched(touches, true) })
    listen('touchmove', ({ touches }) => { this.touched(touches, false) })
    listen('touchend', () => { this.flick() })
    this.measure()
    return () => {
      sized.disconnect()
      abort.abort()
      cancelAnimationFrame(this.frame)
      cancelAnimationFrame(this.gliding)
      this.frame = 0
    }
  }

  /** Says what there is to scroll, and that the rows from `first` on have been drawn. */
  fit(content: Scrolled, first: number): void {
    const former = this.content
    if (former.rowHeight !== content.rowHeight) this.offset *= content.rowHeight / former.rowHeight
    this.content = content
    this.shift(first)
    if (Object.keys(content).some((key) => content[key as keyof Scrolled] !== former[key as keyof Scrolled])) this.update()
  }

  moveBy(pixels: number): void {
    this.moveTo(this.offset + pixels)
  }

  moveTo(offset: number): void {
    const to = clampOffset(offset, this.extent)
    if (to !== this.offset) this.direction = to > this.offset ? 1 : -1
    this.offset = to
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0
      this.update()
    })
  }

  revealRow(row: number): void {
    this.moveTo(reveal(this.offset, row, this.extent))
  }

  revealColumn(index: number): void {
    const { placement, gutter } = this.content
    const column = placement.all[index]
    if (!this.root || !column || column.pinned) return
    this.root.scrollLeft = revealSpan(this.root.scrollLeft, column.left, column.width, this.view.width - gutter - placement.pinnedWidth)
  }

  /** Scrolls all the way to the left. */
  revealStart(): void {
    if (this.root) this.root.scrollLeft = 0
  }

  get topRow(): number {
    return Math.round(this.offset / this.content.rowHeight)
  }

  private measure(): void {
    const { clientWidth: width, clientHeight: height } = this.root as HTMLElement
    if (width !== this.view.width || height !== this.view.height) this.update({ width, height })
  }

  private update(size: { readonly width: number; readonly height: number } = this.view): void {
    const { rowHeight, gutter, placement } = this.content
    const { width, height } = size
    const extent = { ...this.content, viewport: height }
    this.offset = clampOffset(this.offset, extent)
    const rows = rowWindow(this.offset, extent)
    const opening = Math.max(0, width - gutter - placement.pinnedWidth)
    const columns = columnWindow(placement.free, this.root?.scrollLeft ?? 0, opening, this.view.columns)
    const old = this.view
    const same = old.first === rows.first && old.count === rows.count && old.columns === columns && old.width === width && old.height === height
    this.shift(old.first, rowHeight)
    this.placeBar(extent)
    if (same) return
    this.view = { ...rows, columns, width, height }
    for (const listener of this.listeners) listener()
  }

  private shift(first: number, rowHeight = this.content.rowHeight): void {
    if (this.body) this.body.style.transform = `translateY(${Math.round(first * rowHeight - this.offset)}px)`
  }

  private placeBar(extent: Extent): void {
    this.bar = toBar(this.offset, extent)
    if (this.root && Math.abs(this.root.scrollTop - this.bar) >= 1) this.root.scrollTop = this.bar
  }

  private wheeled = (event: WheelEvent): void => {
    if (event.ctrlKey || event.deltaY === 0 || event.shiftKey) return
    const { rowHeight } = this.content
    const { width, height } = this.view
    event.preventDefault()
    this.moveBy(wheelPixels(event.deltaY, event.deltaMode, rowHeight, height))
    if (this.root && event.deltaX) this.root.scrollLeft += wheelPixels(event.deltaX, event.deltaMode, rowHeight, width)
  }

  /** The bar is where it was put, or someone has dragged it; or the grid has grown over its end, which moves the bar but not the rows. */
  private scrolled = (): void => {
    if (this.root?.clientHeight !== this.view.height) this.measure()
    const top = this.root?.scrollTop ?? 0
    if (Math.abs(top - this.bar) <= 2) this.moveTo(this.offset)
    else this.moveTo(fromBar(top, this.extent))
    this.bar = top
  }

  /** Where the bar is shorter than the rows, the browser would move a finger's width by many; so the finger is followed here. */
  private touched(touches: TouchList, begins: boolean): void {
    cancelAnimationFrame(this.gliding)
    const [finger] = touches
    const last = this.touches.at(-1)
    if (ratio(this.extent) === 1 || !finger || touches.length > 1) this.touches = []
    else {
      const now = { y: finger.clientY, at: performance.now() }
      if (!begins && last) this.moveBy(last.y - now.y)
      this.touches = begins ? [now] : [...this.touches.filter(({ at }) => now.at - at < 100), now]
    }
  }

  private flick(): void {
    const [first, last] = [this.touches[0], this.touches.at(-1)]
    this.touches = []
    const rested = !last || performance.now() - last.at > 100
    const speed = first && !rested && last.at > first.at ? (first.y - last.y) / (last.at - first.at) : 0
    const from = this.offset
    const began = performance.now()
    const step = () => {
      const { moved, rests } = glide(speed, performance.now() - began)
      this.moveTo(from + moved)
      if (!rests) this.gliding = requestAnimationFrame(step)
    }
    if (Math.abs(speed) > 0.05) step()
  }

}
