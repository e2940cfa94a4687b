import type { ReactNode } from 'react'
import type { ColumnLayout } from '@/core/grid/columns'
import type { GridColumn } from '@/core/grid/source'
import { PAIR } from '@/core/rows/cells'
import type { changeView, RowsSearch } from '@/core/rows/search'
import { FilterBar } from './FilterBar'
import { RefPicker } from './RefPicker'
import { SearchField } from './SearchField'
import { isRun, type RowsOf } from './source'
import { ViewMenu } from './ViewMenu'

interface Props {
  readonly of: RowsOf
  readonly search: RowsSearch
  readonly columns: readonly GridColumn[]
  readonly layout: ColumnLayout
  onLayout(layout: ColumnLayout): void
  readonly refused: boolean
  onChange(change: Parameters<typeof changeView>[1]): void
  /** Acts, such as to commit. */
  readonly children?: ReactNode
}

/** What is looked at: filter, search, state, and how it is shown. */
export function Toolbar({ of, search, columns, layout, onLayout, refused, onChange, children }: Props) {
  const names = columns.map(({ name }) => name).filter((name) => name !== PAIR)
  return (
    <div className="flex flex-wrap items-start gap-2 px-4 py-2 sm:px-6">
      <FilterBar
        where={search.where}
        marked={search.marked}
        columns={names}
        refused={refused}
        onWhere={(where) => { onChange({ where }) }}
        onUnmark={() => { onChange({ marked: undefined }) }}
      />
      <SearchField search={search.search} onSearch={(words) => { onChange({ search: words }) }} />
      {!isRun(of.dataset) && <RefPicker of={of} version={search.ref} onRef={(ref) => { onChange({ ref }) }} />}
      <ViewMenu
        columns={columns}
        layout={layout}
        onLayout={onLayout}
        sample={search.sample}
        onSample={(sample) => { onChange({ sample, seed: undefined }) }}
      />
      {children}
    </div>
  )
}
