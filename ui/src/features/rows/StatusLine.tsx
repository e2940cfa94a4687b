import { TriangleAlert } from 'lucide-react'
import { plural } from '@/core/format'
import type { RowsSearch } from '@/core/rows/search'

interface Props {
  readonly search: RowsSearch
  readonly total: number | null
  /** Names in the condition that no row has, in words. */
  readonly unknown: readonly string[]
}

/** How many rows there are. */
export function StatusLine({ search, total, unknown }: Props) {
  const narrowed = search.where !== undefined || search.search !== undefined || search.marked !== undefined
  return (
    <div className="flex min-h-6 flex-wrap items-center gap-x-3 px-4 pb-1 text-label text-muted sm:px-6">
      <span role="status" className="tabular-nums">
        {total === null ? 'Counting rows' : plural(total, narrowed ? 'matching row' : 'row')}
        {search.sample !== undefined && ', a sample'}
      </span>
      {unknown.map((problem) => (
        <span key={problem} className="inline-flex items-center gap-1 text-warn">
          <TriangleAlert aria-hidden className="size-3.5 shrink-0" />
          {problem}
        </span>
      ))}
    </div>
  )
}
