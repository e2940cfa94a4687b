import { EMPTY_LAYOUT, type ColumnLayout } from '@/core/grid/columns'
import type { RowHeight } from '@/core/grid/scroll'
import type { GridColumn } from '@/core/grid/source'
import { hiddenAtFirst } from '@/core/rows/cells'
import { shaped, stored } from '@/core/stored'
import { useStored } from '@/ui/useStored'
import type { RowsOf } from './source'

export const HEIGHTS: readonly { readonly value: RowHeight; readonly label: string }[] = [
  { value: 28, label: 'Compact' },
  { value: 32, label: 'Comfortable' },
  { value: 56, label: 'Two lines' },
  { value: 96, label: 'Four lines' },
]

const isHeight = shaped<{ height: number }>({ height: 'number' })

/** How high rows are, in all datasets: kept by the browser. */
const heights = stored<{ height: RowHeight }>('rowsmith.rows', { height: 28 }, (found): found is { height: RowHeight } =>
  isHeight(found) && HEIGHTS.some(({ value }) => value === found.height))

export function useRowHeight(): [RowHeight, (height: RowHeight) => void] {
  const [{ height }, set] = useStored(heights)
  return [height, (next) => { set({ height: next }) }]
}

type Layouts = Readonly<Record<string, ColumnLayout>>
const isLayout = shaped<ColumnLayout>({ order: 'object', widths: 'object', pinned: 'object', hidden: 'object' })

/** Where the columns of each dataset stand: kept by the browser, since it belongs to the person. */
const layouts = stored<Layouts>('rowsmith.columns', {}, (found): found is Layouts =>
  typeof found === 'object' && found !== null && Object.values(found).every(isLayout))

export function useLayout({ project, dataset }: RowsOf, columns: readonly GridColumn[]): [ColumnLayout, (layout: ColumnLayout) => void] {
  const [kept, set] = useStored(layouts)
  const key = `${project}/${dataset}`
  const layout = kept[key] ?? { ...EMPTY_LAYOUT, hidden: hiddenAtFirst(columns) }
  return [layout, (next) => { set({ ...kept, [key]: next }) }]
}
