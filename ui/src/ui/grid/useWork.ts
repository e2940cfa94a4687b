import { useRef } from 'react'
import { BLOCK_ROWS, clearBlock, copyBlock, fillBlock, isCut, pasteBlock, pasteSize, type Block } from '@/core/grid/blocks'
import type { Conflict, CellEdit } from '@/core/grid/optimistic'
import { NO_ROWS, rectangle, rowsInWords, selectRows, single, toggleRow, type CellRange } from '@/core/grid/selection'
import type { GridColumn, GridRow } from '@/core/grid/source'
import { toText } from '@/core/grid/values'
import type { Note } from './Note'
import type { GridProps } from './props'
import type { Rows } from './useRows'

interface Parts {
  readonly props: GridProps
  readonly rows: Rows
  /** The columns shown, in order. */
  readonly shown: readonly GridColumn[]
  readonly range: CellRange
  setRange(range: CellRange): void
  note(note: Note | null): void
}

const AT_ONCE = 6

/** What is done to cells and rows: each ends in one entry of the journal and in one line that says so. */
export function useWork({ props: { edits, source, selection, onSelection }, rows, shown, range, setRange, note }: Parts) {
  const last = useRef(0)
  const box = rectangle(range)
  const top = Math.max(0, box.top)
  const columns = shown.slice(box.left, box.right + 1)

  const tried = (task: Promise<void>, again?: () => void) => {
    task.catch((error: unknown) => {
      if ((error as Error).name === 'AbortError') return
      note({ text: (error as Error).message, bad: true, ...(again && { act: { label: 'Try again', run: again } }) })
    })
  }

  const write = (list: readonly CellEdit[], says = ''): void => {
    if (!edits || list.length === 0) return
    note(null)
    const saved = rows.drafts.set(edits, list).then((conflicts) => {
      if (conflicts.length) note(refused(conflicts, (mine) => { write(mine) }))
      else if (says) note({ text: says, act: { label: 'Undo', run: () => { step('undo') } } })
    })
    tried(saved, () => { write(list, says) })
  }

  const step = (which: 'undo' | 'redo'): void => {
    if (!edits) return
    tried(rows.drafts.step(edits, which).then((made) => { note({ text: made?.says ?? `Nothing to ${which}.` }) }))
  }

  const loaded = async (first: number, last: number): Promise<GridRow[]> => {
    if (last - first > BLOCK_ROWS) throw new Error(`A range takes at most ${rowsInWords(BLOCK_ROWS)}. For more, select rows with x.`)
    return (await rows.pages.range(first, last)).map((row) => rows.drafts.view(row))
  }

  /** The rows with the whole text of the cells that are cut. */
  const whole = async (found: readonly GridRow[]): Promise<GridRow[]> => {
    const full: GridRow[] = []
    for (let n = 0; n < found.length; n += AT_ONCE) full.push(...(await Promise.all(found.slice(n, n + AT_ONCE).map(wholeRow))))
    return full
  }

  const wholeRow = async (row: GridRow): Promise<GridRow> =>
    isCut(row, columns) ? rows.drafts.view(await source.row(row.id, new AbortController().signal)) : row

  const apply = (block: Block, says: string): void => {
    if ('problem' in block) note({ text: block.problem, bad: true })
    else write(block.edits, says)
  }

  const paste = async (text: string): Promise<void> => {
    const size = pasteSize(text)
    const one = size.rows === 1 && size.columns === 1
    const height = one ? box.bottom - top + 1 : Math.min(size.rows, rows.pages.rows - top)
    const target = one ? columns : shown.slice(box.left, box.left + size.columns)
    if (height < 1 || !target.length) return
    apply(pasteBlock(text, await loaded(top, top + height), target), `Pasted into ${rowsInWords(height)}.`)
    setRange({ anchor: { row: top, column: box.left }, head: { row: top + height - 1, column: box.left + target.length - 1 } })
    if (!one && height < size.rows) note({ text: `${rowsInWords(size.rows - height)} did not fit below the last row.`, bad: true })
  }

  const fill = async (): Promise<void> => {
    const from = top === box.bottom ? Math.max(0, top - 1) : top
    const [first, ...others] = await loaded(from, box.bottom + 1)
    if (first) apply(fillBlock([await wholeRow(first), ...others], columns), `Filled ${rowsInWords(others.length)} down.`)
  }

  const clear = async (): Promise<void> => {
    const found = await loaded(top, box.bottom + 1)
    apply(clearBlock(found, columns), `Cleared ${found.length * columns.length} cells.`)
  }

  const remove = async (): Promise<void> => {
    const here = rows.row(range.head.row)
    const some = selection.all || selection.rows.size > 0
    if (!edits || (!some && !here)) return
    const { says } = await rows.drafts.remove(edits, some || !here ? selection : selectRows(NO_ROWS, [here.id], true))
    if (some) onSelection(NO_ROWS)
    setRange(single(range.head))
    note({ text: says, act: { label: 'Undo', run: () => { step('undo') } } })
  }

  const copyAll = async (): Promise<void> => {
    const found = await whole(await loaded(top, box.bottom + 1))
    await navigator.clipboard.writeText(copyBlock(found, columns))
    note({ text: `Copied ${rowsInWords(found.length)}.` })
  }

  const selectRange = async (from: number, to: number): Promise<void> => {
    const found = await loaded(Math.min(from, to), Math.max(from, to) + 1)
    onSelection(selectRows(selection, found.map(({ id }) => id), true))
  }

  /** Selects a row or, `upTo` it, those from the other end of the range, or from the row that was selected last. */
  const select = (at: number, upTo: boolean, anchor = at): void => {
    const row = rows.row(at)
    if (upTo) tried(selectRange(anchor === at ? last.current : anchor, at))
    else if (row) onSelection(toggleRow(selection, row.id))
    last.current = at
  }

  /** Rows that are here whole go onto the clipboard at once; others are fetched first. */
  const copy = (clipboard: DataTransfer): void => {
    const here = Array.from({ length: Math.min(box.bottom - top + 1, BLOCK_ROWS) }, (_, n) => rows.row(top + n))
    const ready = here.filter((row) => row !== undefined && !isCut(row, columns)) as GridRow[]
    if (box.bottom - top < ready.length) clipboard.setData('text/plain', copyBlock(ready, columns))
    else tried(copyAll())
  }

  return {
    write,
    copy,
    select,
    undo: () => { step('undo') },
    redo: () => { step('redo') },
    paste: (text: string) => { if (edits) tried(paste(text)) },
    fill: () => { if (edits) tried(fill()) },
    clear: () => { if (edits) tried(clear()) },
    remove: () => { tried(remove()) },
    /** The whole text of a cell of which only the beginning is here. */
    textOf: async (row: GridRow, { name }: GridColumn): Promise<string> =>
      toText((await source.row(row.id, new AbortController().signal)).cells[name]),
    tried,
  }
}

export type Work = ReturnType<typeof useWork>

function refused(conflicts: readonly Conflict[], again: (mine: readonly CellEdit[]) => void): Note {
  const [first] = conflicts
  const theirs = first ? toText(first.now.cells[first.mine.column]) : ''
  const text = conflicts.length > 1
    ? `${conflicts.length} cells were changed by someone else meanwhile and are left as they are now.`
    : `Someone else has changed this cell to “${theirs.slice(0, 80)}”. Yours was “${toText(first?.mine.value).slice(0, 80)}”.`
  const mine = conflicts.map(({ mine: edit, now }) => ({ ...edit, row: now }))
  return { text, bad: true, act: { label: 'Use mine', run: () => { again(mine) } } }
}
