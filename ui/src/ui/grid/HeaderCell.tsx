import { ArrowDown, ArrowUp, Braces, Gauge, Hash, Image, MessagesSquare, Scale, Tags, ToggleLeft, Type, type LucideIcon } from 'lucide-react'
import { useRef, useState, type PointerEvent } from 'react'
import { moveColumn, resizeColumn, type PlacedColumn } from '@/core/grid/columns'
import { HEADER } from '@/core/grid/selection'
import type { CellKind } from '@/core/grid/source'
import { ColumnMenu } from './ColumnMenu'
import { cellId } from './GridRow'
import { Histogram } from './Histogram'
import type { GridProps } from './props'

const ICONS: Readonly<Record<CellKind, LucideIcon>> = {
  text: Type, number: Hash, boolean: ToggleLeft, tags: Tags, score: Gauge, chat: MessagesSquare, preference: Scale, image: Image, json: Braces,
}

interface Props {
  readonly props: GridProps
  readonly grid: string
  readonly placed: PlacedColumn
  readonly left: number
  readonly before: string | undefined
  readonly after: string | undefined
  readonly cursor: boolean
  readonly menu: boolean
  onMenu(column: string | null): void
  onClosed(): void
  onPick(): void
}

/** Pixels that a press may wander and still be a click. */
const CLICK = 4

/** The header of a column: drag it to move the column, its edge to resize it; a click sorts. */
export function HeaderCell({ props, grid, placed, left, before, after, cursor, menu, onMenu, onClosed, onPick }: Props) {
  const { column, width, index } = placed
  const { name, label = name, kind, histogram, sortable } = column
  const { sort, onSort, layout, onLayout, onPickBin } = props
  const sorted = sort?.column === name ? sort : null
  const Icon = ICONS[kind]
  const drag = useRef<{ readonly x: number; readonly width: number } | null>(null)
  const [dragged, setDragged] = useState(0)

  const began = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    drag.current = { x: event.clientX, width }
  }
  const by = (event: PointerEvent) => (drag.current ? event.clientX - drag.current.x : 0)

  const dropped = (event: PointerEvent<HTMLElement>) => {
    const moved = Math.abs(by(event)) > CLICK
    drag.current = null
    setDragged(0)
    const onto = moved && columnAt(event.clientX, event.currentTarget)
    if (onto) onLayout(moveColumn(layout, name, onto))
    else if (!moved && sortable && onSort) onSort(next())
    if (!moved) onPick()
  }

  /** Ascending, descending, as it was. */
  const next = () => (!sorted ? { column: name, descending: false } : sorted.descending ? null : { column: name, descending: true })

  return (
    <div
      role="columnheader"
      id={cellId(grid, HEADER, index)}
      className="grid-header"
      data-column={name}
      data-cursor={cursor || undefined}
      data-kind={kind}
      data-dragged={dragged !== 0 || undefined}
      aria-colindex={index + 2}
      aria-sort={sorted ? (sorted.descending ? 'descending' : 'ascending') : undefined}
      style={{ left, width }}
    >
      <div className="grid-title">
        <span
          className="grid-label"
          title={label}
          style={dragged ? { transform: `translateX(${dragged}px)` } : undefined}
          onPointerDown={began}
          onPointerMove={(event) => { setDragged(Math.abs(by(event)) > CLICK ? by(event) : 0) }}
          onPointerUp={dropped}
          onPointerCancel={() => { drag.current = null; setDragged(0) }}
        >
          <Icon aria-hidden="true" />
          <span>{label}</span>
          {sorted && (sorted.descending ? <ArrowDown aria-hidden="true" /> : <ArrowUp aria-hidden="true" />)}
        </span>
        <ColumnMenu
          props={props}
          placed={placed}
          before={before}
          after={after}
          open={menu}
          onOpen={(open) => { onMenu(open ? name : null) }}
          onClosed={onClosed}
        />
      </div>
      {histogram && <Histogram data={histogram} {...(onPickBin && { onPick: (bin: number) => { onPickBin(name, bin) } })} />}
      <span
        className="grid-resizer"
        aria-hidden="true"
        onPointerDown={began}
        onPointerMove={(event) => { if (drag.current) onLayout(resizeColumn(layout, name, drag.current.width + by(event))) }}
        onPointerUp={() => { drag.current = null }}
        onPointerCancel={() => { drag.current = null }}
      />
    </div>
  )
}

/** The column whose header lies at a place on the screen; the pinned ones lie above the others. */
function columnAt(x: number, within: Element): string | undefined {
  const headers = [...(within.closest('[role=row]')?.querySelectorAll<HTMLElement>('[data-column]') ?? [])]
  const found = headers.find((header) => {
    const { left, right } = header.getBoundingClientRect()
    return x >= left && x < right
  })
  return found?.dataset['column']
}
