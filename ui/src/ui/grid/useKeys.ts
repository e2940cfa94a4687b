import { useEffect, useEffectEvent, useRef, type KeyboardEvent, type RefObject } from 'react'
import { flushSync } from 'react-dom'
import { moveColumn, resizeColumn, type PlacedColumn } from '@/core/grid/columns'
import { gridCommands, writes, type GridCommand } from '@/core/grid/commands'
import type { Move } from '@/core/grid/moves'
import { ALL_ROWS, HEADER, isSingle, NO_ROWS, single } from '@/core/grid/selection'
import { bind, handle, waits } from '@/core/hotkeys'
import type { Note } from './Note'
import type { GridAct, GridProps } from './props'
import type { Cursor } from './useCursor'
import type { Editor } from './useEditor'
import type { Rows } from './useRows'
import type { Work } from './useWork'

interface Parts {
  readonly root: RefObject<HTMLElement | null>
  readonly props: GridProps
  readonly rows: Rows
  readonly placed: readonly PlacedColumn[]
  readonly cursor: Cursor
  readonly editor: Editor
  readonly work: Work
  readonly finding: string | null
  setFinding(text: string | null): void
  setMenu(column: string | null): void
  readonly note: Note | null
  setNote(note: Note | null): void
}

const MOVES: readonly Move[] = [
  'up', 'down', 'left', 'right', 'top', 'bottom', 'first', 'last', 'start', 'end', 'pageUp', 'pageDown', 'next', 'previous',
]
const STEP = 16

/** What the keys of the registry do in the grid, and typing, which begins an edit. */
export function useKeys({ root, props, rows, placed, cursor, editor, work, finding, setFinding, setMenu, note, setNote }: Parts) {
  const leaving = useRef(false)
  const { head, anchor } = cursor.range
  const column = placed[head.column]?.column
  const row = head.row > HEADER ? rows.row(head.row) : undefined
  const inHeader = head.row === HEADER

  const act = (act: GridAct) => () => {
    if (!inHeader && column) props.onAct?.(act, { row: head.row, column: column.name, id: row?.id })
  }

  const arrange = (move: Move, reorder: boolean): void => {
    const by = move === 'left' || move === 'first' ? -1 : 1
    const here = placed[head.column]
    const there = placed[head.column + by]
    if (!here) return
    const { name } = here.column
    if (!reorder) props.onLayout(resizeColumn(props.layout, name, here.width + by * STEP))
    else if (there && there.pinned === here.pinned) {
      props.onLayout(moveColumn(props.layout, name, there.column.name))
      cursor.goTo({ row: HEADER, column: head.column + by })
    }
  }

  const move = (move: Move) => (event?: globalThis.KeyboardEvent) => {
    const shift = (event?.shiftKey ?? false) && move !== 'previous'
    const sideways = ['left', 'right', 'first', 'last'].includes(move) && event?.key.startsWith('Arrow')
    if (inHeader && shift && sideways) arrange(move, event?.ctrlKey === true || event?.metaKey === true)
    else cursor.move(move, shift)
  }

  const edit = (): void => {
    if (inHeader) setMenu(column?.name ?? null)
    else if (row && column) editor.open(head, row, column)
  }

  const leave = (): void => {
    if (finding !== null) setFinding(null)
    else if (!isSingle(cursor.range)) cursor.setRange(single(head))
    else if (props.selection.all || props.selection.rows.size) props.onSelection(NO_ROWS)
    else if (note) setNote(null)
    else {
      leaving.current = true
      act('leave')()
    }
  }

  const commands: Partial<Record<GridCommand, (event?: globalThis.KeyboardEvent) => void>> = {
    'grid.edit': edit,
    'grid.menu': () => { setMenu(column?.name ?? null) },
    'grid.editFull': act('editFull'),
    'grid.open': inHeader ? edit : act('open'),
    'grid.tag': act('tag'),
    'grid.comment': act('comment'),
    'grid.select': (event) => { work.select(head.row, event?.shiftKey ?? false, anchor.row) },
    'grid.selectAll': () => { props.onSelection(ALL_ROWS) },
    'grid.fillDown': work.fill,
    'grid.clear': work.clear,
    'grid.remove': work.remove,
    'grid.find': () => { setFinding('') },
    'grid.leave': leave,
  }
  for (const name of MOVES) commands[`grid.${name}`] = move(name)

  const run = useEffectEvent((id: GridCommand | 'edit.undo' | 'edit.redo', event?: globalThis.KeyboardEvent) => {
    if (id === 'edit.undo') work.undo()
    else if (id === 'edit.redo') work.redo()
    else commands[id]?.(event)
  })

  const canFind = props.source.find !== undefined
  useEffect(() => {
    const ids = [...(Object.keys(gridCommands) as GridCommand[]), 'edit.undo', 'edit.redo'] as const
    const bound = ids.filter((id) => id !== 'grid.find' || canFind)
    const unbind = bound.map((id) => bind({ id, within: () => root.current, run: (event) => { run(id, event) } }))
    return () => { for (const each of unbind) each() }
  }, [root, canFind])

  /** For the grid itself; keys within an editor or a menu are theirs. */
  return (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return
    const leaves = leaving.current && event.key === 'Tab'
    if (event.key !== 'Shift') leaving.current = false
    if (leaves || handle(event.nativeEvent) || event.nativeEvent.isComposing) return
    if (!writes(event) || waits() || !row || !column || !editor.may(column)) return
    flushSync(() => { editor.type(head, row, column) })
    event.stopPropagation()
  }
}

