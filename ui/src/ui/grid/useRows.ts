import { useEffect, useState, useSyncExternalStore } from 'react'
import { Optimistic } from '@/core/grid/optimistic'
import { Pages } from '@/core/grid/pages'
import type { GridRow, GridSource } from '@/core/grid/source'

/** The rows of a source for as long as the grid is there. What changes in them renders the grid again. */
export class Rows {
  readonly pages: Pages
  readonly drafts: Optimistic
  private version = 0
  private listeners = new Set<() => void>()

  constructor(source: GridSource, start: number) {
    const changed = () => {
      this.version += 1
      for (const listener of this.listeners) listener()
    }
    this.pages = new Pages(source, changed, start)
    this.drafts = new Optimistic(this.pages, changed)
  }

  /** A row as it is shown, edits under way included. */
  row(index: number): GridRow | undefined {
    const row = this.pages.row(index)
    return row && this.drafts.view(row)
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  read = (): number => this.version
}

export function useRows(source: GridSource, start: number): Rows {
  const [rows] = useState(() => new Rows(source, start))
  useSyncExternalStore(rows.subscribe, rows.read)
  useEffect(() => {
    rows.pages.show(source)
    return () => { rows.pages.close() }
  }, [rows, source])
  return rows
}
