import { SlidersHorizontal } from 'lucide-react'
import { fitLayout, hideColumn, pinColumn, EMPTY_LAYOUT, type ColumnLayout } from '@/core/grid/columns'
import type { GridColumn } from '@/core/grid/source'
import { hiddenAtFirst } from '@/core/rows/cells'
import { Button } from '@/ui/Button'
import { Checkbox } from '@/ui/Checkbox'
import { Popover } from '@/ui/Popover'
import { Select } from '@/ui/Select'
import { HEIGHTS, useRowHeight } from './kept'
import { SampleField } from './SampleField'

interface Props {
  readonly columns: readonly GridColumn[]
  readonly layout: ColumnLayout
  onLayout(layout: ColumnLayout): void
  readonly sample: number | undefined
  onSample(sample: number | undefined): void
}

/** How the rows are shown: which columns, which of them stay at the left, how high rows are, and whether only a sample is looked at. */
export function ViewMenu({ columns, layout, onLayout, sample, onSample }: Props) {
  const [height, setHeight] = useRowHeight()
  const fitted = fitLayout(layout, columns)
  const labels = new Map(columns.map(({ name, label = name }) => [name, label]))
  const hidden = fitted.hidden.length
  return (
    <Popover
      label="View"
      align="end"
      trigger={<Button icon={<SlidersHorizontal />}>{hidden ? `View · ${String(hidden)} hidden` : 'View'}</Button>}
    >
      <div className="flex max-h-[min(480px,70dvh)] w-72 max-w-full flex-col gap-3">
        <label className="flex items-center justify-between gap-3">
          Row height
          <Select
            aria-label="Row height"
            className="w-36"
            value={String(height)}
            options={HEIGHTS.map(({ value, label }) => ({ value: String(value), label }))}
            onChange={(value) => { setHeight(HEIGHTS.find((one) => String(one.value) === value)?.value ?? 28) }}
          />
        </label>
        <SampleField sample={sample} onSample={onSample} />
        <fieldset className="flex min-h-0 flex-col">
          <legend className="flex items-center justify-between pb-1 text-label text-muted">Columns</legend>
          <ul className="min-h-0 overflow-y-auto" tabIndex={0} aria-label="Columns">
            {fitted.order.map((name) => (
              <li key={name} className="flex h-7 items-center gap-2">
                <label className="flex min-w-0 flex-1 items-center gap-2">
                  <Checkbox checked={!fitted.hidden.includes(name)} onChange={(on) => { onLayout(hideColumn(fitted, name, !on)) }} />
                  <span className="truncate">{labels.get(name)}</span>
                </label>
                <label className="flex items-center gap-1.5 text-label text-muted">
                  <Checkbox
                    aria-label={`Pin ${labels.get(name) ?? name} to the left`}
                    checked={fitted.pinned.includes(name)}
                    onChange={(on) => { onLayout(pinColumn(fitted, name, on)) }}
                  />
                  Pin
                </label>
              </li>
            ))}
          </ul>
        </fieldset>
        <Button look="quiet" className="self-start" onClick={() => { onLayout({ ...EMPTY_LAYOUT, hidden: hiddenAtFirst(columns) }) }}>
          Reset columns
        </Button>
      </div>
    </Popover>
  )
}
