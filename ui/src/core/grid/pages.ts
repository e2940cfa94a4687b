/** Rows in pages of 200: the ones last used are kept, requests that nobody waits for any more are given up, and the old rows stay until a new
 * view has some. */

import type { GridPage, GridRow, GridSource } from './source'

export const PAGE = 200
export const KEPT = 100
export const SETTLE_MS = 30

/** What is on the screen, `last` excluded, and which way it moves. */
export interface Wanted {
  readonly first: number
  readonly last: number
  readonly direction: 1 | -1
}

interface Arriving {
  readonly abort: AbortController
  readonly promise: Promise<readonly GridRow[]>
  /** Asked for by a range, not by the screen: scrolling on does not give it up. */
  kept: boolean
}

export class Pages {
  /** How many rows the view has as far as is known. */
  rows = 0
  total: number | null = null
  failure: Error | null = null
  private pages = new Map<number, readonly GridRow[]>()
  private former: Map<number, readonly GridRow[]> | null = null
  private arriving = new Map<number, Arriving>()
  private counting: AbortController | null = null
  private wanted: Wanted
  /** Nothing of this view has come yet, so what is known of its length is of the one before. */
  private fresh = true
  private timer: ReturnType<typeof setTimeout> | undefined

  /** `start`: the row that will be looked at first. Nothing is fetched before `show`. */
  constructor(private source: GridSource, private readonly changed: () => void, start = 0) {
    this.wanted = { first: start, last: start + 1, direction: 1 }
  }

  /** True while the rows shown are those of the view before. */
  get stale(): boolean {
    return this.former !== null
  }

  get loading(): boolean {
    return this.arriving.size > 0 || this.timer !== undefined
  }

  row(index: number): GridRow | undefined {
    return (this.former ?? this.pages).get(Math.floor(index / PAGE))?.[index % PAGE]
  }

  /** Says what is on the screen; what is missing is fetched once the movement settles. */
  want(wanted: Wanted): void {
    this.wanted = wanted
    if (this.timer === undefined && this.missing().length) this.settle()
    else this.touch()
  }

  /** Another view of the rows. */
  show(source: GridSource): void {
    this.forget()
    this.source = source
    this.former ??= this.pages.size ? this.pages : null
    this.pages = new Map()
    this.fresh = true
    this.ask()
  }

  /** Asks for everything again, with the old rows shown meanwhile. */
  refresh(): void {
    this.show(this.source)
  }

  /** Tries again what failed. */
  retry(): void {
    this.failure = null
    this.ask()
  }

  /** Writes rows as they are now over what is kept of them. */
  patch(rows: readonly GridRow[]): void {
    const now = new Map(rows.map((row) => [row.id, row]))
    for (const kept of [this.pages, this.former]) {
      for (const [n, page] of kept ?? []) if (page.some((row) => now.has(row.id))) kept?.set(n, page.map((row) => now.get(row.id) ?? row))
    }
    this.changed()
  }

  /** The rows from `first` up to `last` (excluded), fetched where they are missing. */
  async range(first: number, last: number): Promise<GridRow[]> {
    const rows: GridRow[] = []
    for (let n = Math.floor(first / PAGE); n * PAGE < last; n += 1) {
      const page = this.pages.get(n) ?? (await this.load(n, true))
      rows.push(...page.slice(Math.max(0, first - n * PAGE), last - n * PAGE))
    }
    return rows
  }

  close(): void {
    this.forget()
  }

  private forget(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.counting?.abort()
    this.counting = null
    for (const { abort } of this.arriving.values()) abort.abort()
    this.arriving.clear()
    this.failure = null
  }

  private settle(): void {
    const from = this.wanted.first
    this.timer = setTimeout(() => {
      this.timer = undefined
      const leaps = Math.abs(this.wanted.first - from) > PAGE
      if (leaps) this.settle()
      else this.ask()
    }, SETTLE_MS)
  }

  /** The pages on the screen, as far as the view goes. */
  private onScreen(): number[] {
    const { first, last } = this.wanted
    const end = this.total !== null && !this.fresh ? Math.min(last, this.total) : last
    const begin = Math.max(0, Math.min(first, end - 1))
    const page = Math.floor(begin / PAGE)
    return Array.from({ length: Math.floor(Math.max(begin, end - 1) / PAGE) - page + 1 }, (_, n) => page + n)
  }

  /** Those, and the next one in the direction of movement. */
  private near(): number[] {
    const shown = this.onScreen()
    const next = this.wanted.direction > 0 ? (shown.at(-1) ?? 0) + 1 : (shown[0] ?? 0) - 1
    const exists = next >= 0 && !this.fresh && next * PAGE < this.rows
    return exists ? [...shown, next] : shown
  }

  private missing(): number[] {
    return this.near().filter((n) => !this.pages.has(n) && !this.arriving.has(n))
  }

  private ask(): void {
    const near = new Set(this.near())
    for (const [n, { abort, kept }] of this.arriving) {
      if (kept || near.has(n)) continue
      abort.abort()
      this.arriving.delete(n)
    }
    for (const n of this.missing()) {
      this.load(n, false).catch((error: unknown) => this.failed(error))
    }
    this.touch()
    this.changed()
  }

  private failed(error: unknown): void {
    if ((error as Error).name === 'AbortError') return
    this.failure = error instanceof Error ? error : new Error(String(error))
    this.changed()
  }

  private load(n: number, kept: boolean): Promise<readonly GridRow[]> {
    const there = this.arriving.get(n)
    if (there) {
      there.kept ||= kept
      return there.promise
    }
    const abort = new AbortController()
    const promise = this.source
      .page(n * PAGE, PAGE, abort.signal)
      .then((page) => {
        abort.signal.throwIfAborted()
        return this.arrive(n, page)
      })
      .finally(() => {
        if (this.arriving.get(n)?.abort === abort) this.arriving.delete(n)
        if (!abort.signal.aborted) this.changed()
      })
    this.arriving.set(n, { abort, promise, kept })
    return promise
  }

  private arrive(n: number, { rows, total }: GridPage): readonly GridRow[] {
    this.pages.set(n, rows)
    this.failure = null
    this.measure(n, rows.length, total)
    if (this.total === 0 || this.onScreen().every((shown) => this.pages.has(shown))) this.former = null
    else if (this.former) this.ask()
    this.touch()
    return rows
  }

  /** Rows that are not counted yet: there are at least those that came, and one page more while pages come full. */
  private measure(n: number, length: number, total: number | null): void {
    if (this.fresh) {
      this.rows = 0
      this.total = null
      this.fresh = false
    }
    const ended = length < PAGE && (length > 0 || n === 0)
    this.total = total ?? (ended ? n * PAGE + length : this.total)
    this.rows = this.total ?? Math.max(this.rows, n * PAGE + length + (length === PAGE ? PAGE : 0))
    if (this.total !== null || !this.source.count || this.counting) return
    const counting = (this.counting = new AbortController())
    this.source.count(counting.signal).then(
      (count) => {
        if (counting.signal.aborted) return
        this.rows = this.total = count
        this.changed()
      },
      (error: unknown) => this.failed(error),
    )
  }

  /** Makes the pages on the screen the last used, and lets the ones go that have not been used for longest. */
  private touch(): void {
    for (const n of this.near()) {
      const page = this.pages.get(n)
      if (!page) continue
      this.pages.delete(n)
      this.pages.set(n, page)
    }
    for (const n of this.pages.keys()) {
      if (this.pages.size <= KEPT) break
      this.pages.delete(n)
    }
  }
}
