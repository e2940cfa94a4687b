import { Rows3, SearchX } from 'lucide-react'
import type { RowsSearch } from '@/core/rows/search'
import { Button } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'

/** What stands where no rows are: because none match, or because none are there. */
export function NoRows({ search, onClear }: { readonly search: RowsSearch; onClear(): void }) {
  if (search.where === undefined && search.search === undefined && search.marked === undefined) {
    return (
      <EmptyState icon={<Rows3 />} title="No rows yet">
        <p>Rows come from files that are imported, and from runs that keep some.</p>
      </EmptyState>
    )
  }
  return (
    <EmptyState icon={<SearchX />} title="No rows match" actions={<Button onClick={onClear}>Clear filter and search</Button>}>
      <p>A row shows when all conditions of the filter are true for it, and it has the words that are searched for.</p>
    </EmptyState>
  )
}
