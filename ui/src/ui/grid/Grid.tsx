import {
  useCallback, useEffect, useEffectEvent, useId, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore,
} from 'react'
import { place } from '@/core/grid/columns'
import { barHeight } from '@/core/grid/scroll'
import { HEADER } from '@/core/grid/selection'
import { CellEditor } from './CellEditor'
import { FindBar } from './FindBar'
import { GridBody } from './GridBody'
import { GridHeader } from './GridHeader'
import { cellId } from './GridRow'
import { NoteLine, type Note } from './Note'
import type { GridProps } from './props'
import { Scroller } from './scroller'
import { useCursor } from './useCursor'
import { useEditor } from './useEditor'
import { useKeys } from './useKeys'
import { usePointer } from './usePointer'
import { useRows } from './useRows'
import { useWork } from './useWork'
import './bars.css'
import './cells.css'
import './grid.css'
import './header.css'

const REST_MS = 200
const HEADER_HEIGHT = { plain: 32, tall: 60 }

/** A grid of any number of rows and columns: only those on the screen are there. Its rows come from `source`, its edits go to `edits`; its layout,
 * selection and sort belong to whoever shows it. */
export function Grid(props: GridProps) {
  const { source, edits, columns, layout, start, rowHeight = 28 } = props
  const rows = useRows(source, start?.row ?? 0)
  const total = rows.pages.rows
  const [scroller] = useState(() => new Scroller())
  const view = useSyncExternalStore(scroller.subscribe, scroller.read)
  const placement = useMemo(() => place(columns, layout, view.width), [columns, layout, view.width])
  const shown = placement.all.map(({ column }) => column)
  const indexOf = (name: string | undefined) => Math.max(0, shown.findIndex((column) => column.name === name))
  const cursor = useCursor(scroller, { row: start?.row ?? 0, column: indexOf(start?.column) }, total, shown.length)
  const { head } = cursor.range
  const [note, setNote] = useState<Note | null>(null)
  const [finding, setFinding] = useState<string | null>(null)
  const [menu, setMenu] = useState<string | null>(null)
  const work = useWork({ props, rows, shown, range: cursor.range, setRange: cursor.setRange, note: setNote })
  const editor = useEditor(work, edits !== undefined)
  const root = useRef<HTMLDivElement>(null)
  const body = useRef<HTMLDivElement>(null)
  const grid = useId()
  const help = useId()

  const header = columns.some(({ histogram }) => histogram) ? HEADER_HEIGHT.tall : HEADER_HEIGHT.plain
  const gutter = Math.max(44, 20 + 7 * total.toLocaleString('en-US').length)
  const content = useMemo(() => ({ rows: total, rowHeight, header, gutter, placement }), [total, rowHeight, header, gutter, placement])
  const { first, count, columns: { first: left, last: right } } = view
  const free = useMemo(() => placement.free.slice(left, right), [placement, left, right])
  const focus = useCallback(() => { root.current?.focus({ preventScroll: true }) }, [])
  const keyed = useKeys({ root, props, rows, placed: placement.all, cursor, editor, work, finding, setFinding, setMenu, note, setNote })

  const pointer = usePointer({
    head,
    goTo: cursor.goTo,
    selectRow: work.select,
    edit: (cell) => {
      const [row, column] = [rows.row(cell.row), shown[cell.column]]
      if (row && column) editor.open(cell, row, column)
    },
    open: ({ row, column }) => { props.onAct?.('open', { row, column: shown[column]?.name ?? '', id: rows.row(row)?.id }) },
  })

  useLayoutEffect(() => scroller.attach(root.current as HTMLElement, body.current as HTMLElement), [scroller])
  useLayoutEffect(() => { scroller.fit(content, first) })
  useLayoutEffect(() => {
    if (count) rows.pages.want({ first, last: first + count, direction: scroller.towards })
  }, [rows, scroller, first, count])

  /** Coming from below, the row is the first on the screen. */
  const open = useEffectEvent(() => {
    if (!start) return
    scroller.revealRow(total - 1)
    cursor.goTo({ row: Math.min(start.row, total - 1), column: head.column })
  })
  const some = total > 0
  useEffect(() => { if (some) open() }, [some])

  const counted = useEffectEvent((now: number | null) => { props.onTotal?.(now) })
  useEffect(() => { counted(rows.pages.total) }, [rows.pages.total])

  const rested = useEffectEvent(() => { props.onAnchor?.(scroller.topRow) })
  useEffect(() => {
    const timer = setTimeout(rested, REST_MS)
    return () => { clearTimeout(timer) }
  }, [first])

  const ended = useEffectEvent(() => { if (props.selection.all) props.onSelection({ all: false, rows: new Set() }) })
  const matching = useRef(source.matching)
  useEffect(() => {
    if (matching.current !== source.matching) ended()
    matching.current = source.matching
  }, [source.matching])

  useImperativeHandle(props.handle, () => ({
    focus,
    goTo: (row, column) => { cursor.goTo({ row, column: column === undefined ? head.column : indexOf(column) }) },
    idAt: async (row) => (await rows.pages.range(row, row + 1))[0]?.id,
    refresh: () => { rows.pages.refresh() },
  }))

  const editing = editor.editing
  const bodyHeight = Math.max(0, Math.min(view.height - header, total * rowHeight))
  const cellEditor = editing && (
    <CellEditor
      key={`${editing.row.id} ${editing.column.name}`}
      column={editing.column}
      text={editing.text}
      fixed={editing.fixed}
      up={editing.at.row - scroller.topRow > (view.height - header) / rowHeight / 2}
      onCancel={() => { editor.close(); focus() }}
      onDone={(value, then) => {
        editor.close()
        work.write([{ row: editing.row, column: editing.column.name, value }])
        if (then !== 'stay') cursor.move(then)
        focus()
      }}
    />
  )

  return (
    <div className="grid-frame">
      {finding !== null && (
        <FindBar
          source={source}
          text={finding}
          from={{ row: Math.max(0, head.row), column: shown[head.column]?.name ?? '' }}
          onText={setFinding}
          onFound={({ row, column }) => { cursor.goTo({ row, column: indexOf(column) }) }}
          onClose={() => { setFinding(null); focus() }}
        />
      )}
      <div
        ref={root}
        role="grid"
        className="grid-root"
        tabIndex={0}
        aria-label={props.label}
        aria-describedby={help}
        aria-rowcount={rows.pages.total === null ? -1 : total + 1}
        aria-colcount={shown.length + 1}
        aria-multiselectable="true"
        aria-readonly={edits ? undefined : true}
        aria-busy={rows.pages.stale || rows.pages.loading}
        aria-activedescendant={shown.length ? cellId(grid, head.row, head.column) : undefined}
        data-scaled={total * rowHeight > barHeight({ ...content, viewport: 0 }) || undefined}
        data-height={rowHeight}
        onKeyDown={keyed}
        onCopy={(event) => {
          if (event.target !== event.currentTarget || !getSelection()?.isCollapsed || head.row === HEADER) return
          event.preventDefault()
          work.copy(event.clipboardData)
        }}
        onPaste={(event) => {
          if (event.target !== event.currentTarget || head.row === HEADER) return
          event.preventDefault()
          work.paste(event.clipboardData.getData('text/plain'))
        }}
        {...pointer}
      >
        <div
          role="presentation"
          className="grid-extent"
          style={{ height: barHeight({ ...content, viewport: view.height }), width: gutter + placement.pinnedWidth + placement.freeWidth }}
        >
          <GridHeader
            props={props}
            grid={grid}
            placement={placement}
            free={free}
            gutter={gutter}
            height={header}
            cursor={head.row === HEADER ? head.column : -1}
            menu={menu}
            onMenu={setMenu}
            onClosed={focus}
            onPick={cursor.goTo}
          />
          <div role="rowgroup" className="grid-body" style={{ top: header, height: bodyHeight }} data-stale={rows.pages.stale || undefined}>
            <div role="presentation" className="grid-rows" ref={body}>
              <GridBody
                grid={grid}
                rows={rows}
                view={view}
                total={total}
                placement={placement}
                free={free}
                gutter={gutter}
                rowHeight={rowHeight}
                range={cursor.range}
                selection={props.selection}
                find={finding ?? ''}
                editing={editing}
                editor={cellEditor}
              />
            </div>
          </div>
        </div>
      </div>
      <p id={help} hidden>Arrow keys move, Enter edits, Space opens the row. Press Escape, then Tab, to leave the grid.</p>
      {rows.pages.total === 0 && !rows.pages.stale && <div className="grid-empty">{props.empty ?? 'No rows'}</div>}
      {rows.pages.failure && (
        <NoteLine
          note={{ text: rows.pages.failure.message, bad: true, act: { label: 'Try again', run: () => { rows.pages.retry() } } }}
          onDismiss={() => { rows.pages.retry() }}
        />
      )}
      <NoteLine note={note} onDismiss={() => { setNote(null) }} />
    </div>
  )
}
