import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp, ChevronDown, EyeOff, Filter, Pin, PinOff, X } from 'lucide-react'
import { hideColumn, moveColumn, pinColumn, type PlacedColumn } from '@/core/grid/columns'
import { Menu, MenuItem, MenuLabel, MenuLine } from '../Menu'
import type { GridProps } from './props'

interface Props {
  readonly props: GridProps
  readonly placed: PlacedColumn
  /** The neighbours it may change places with. */
  readonly before: string | undefined
  readonly after: string | undefined
  readonly open: boolean
  onOpen(open: boolean): void
  onClosed(): void
}

/** All that can be done to a column, for those who do not drag. */
export function ColumnMenu({ props, placed, before, after, open, onOpen, onClosed }: Props) {
  const { layout, onLayout, onSort, sort, onPickBin } = props
  const { name, label = name, histogram, sortable } = placed.column
  const sorted = sort?.column === name ? sort : null
  const swap = (other: string) => () => { onLayout(moveColumn(layout, name, other)) }
  return (
    <Menu
      open={open}
      onOpenChange={onOpen}
      onClosed={onClosed}
      align="end"
      trigger={
        <button type="button" className="grid-menu" tabIndex={-1} aria-label={`Column ${label}`}>
          <ChevronDown aria-hidden="true" />
        </button>
      }
    >
      {sortable && onSort && (
        <>
          <MenuItem icon={<ArrowUp />} onSelect={() => { onSort({ column: name, descending: false }) }}>Sort ascending</MenuItem>
          <MenuItem icon={<ArrowDown />} onSelect={() => { onSort({ column: name, descending: true }) }}>Sort descending</MenuItem>
          {sorted && <MenuItem icon={<X />} onSelect={() => { onSort(null) }}>Clear sort</MenuItem>}
          <MenuLine />
        </>
      )}
      <MenuItem icon={placed.pinned ? <PinOff /> : <Pin />} onSelect={() => { onLayout(pinColumn(layout, name, !placed.pinned)) }}>
        {placed.pinned ? 'Unpin' : 'Pin to the left'}
      </MenuItem>
      {before !== undefined && <MenuItem icon={<ArrowLeft />} keys="Ctrl+Shift+Left" onSelect={swap(before)}>Move left</MenuItem>}
      {after !== undefined && <MenuItem icon={<ArrowRight />} keys="Ctrl+Shift+Right" onSelect={swap(after)}>Move right</MenuItem>}
      <MenuItem icon={<EyeOff />} onSelect={() => { onLayout(hideColumn(layout, name, true)) }}>Hide</MenuItem>
      {layout.hidden.map((hidden) => (
        <MenuItem key={hidden} onSelect={() => { onLayout(hideColumn(layout, hidden, false)) }}>{`Show ${hidden}`}</MenuItem>
      ))}
      {histogram && onPickBin && (
        <>
          <MenuLine />
          <MenuLabel>Filter by value</MenuLabel>
          {histogram.bins.map((bin, n) => (
            <MenuItem key={bin.label} icon={<Filter />} onSelect={() => { onPickBin(name, n) }}>
              {`${bin.label} (${bin.count.toLocaleString('en-US')})`}
            </MenuItem>
          ))}
        </>
      )}
    </Menu>
  )
}
