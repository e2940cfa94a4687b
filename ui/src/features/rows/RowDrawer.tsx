import { ArrowDown, ArrowUp, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { count } from '@/core/format'
import { keysOf } from '@/core/hotkeys'
import type { GridColumn, GridEdits } from '@/core/grid/source'
import { asProblem } from '@/core/problem'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { IconButton } from '@/ui/IconButton'
import { Inspector } from '@/ui/Inspector'
import { SkeletonList } from '@/ui/Skeleton'
import { useHotkey } from '@/ui/useHotkey'
import { RowFields } from './RowFields'
import { RowFlags } from './RowFlags'
import { RowOrigin } from './RowOrigin'
import { RowReviews } from './RowReviews'
import { RowScores } from './RowScores'
import type { RowsOf } from './source'
import { useRow } from './useRow'

interface Props {
  readonly of: RowsOf
  readonly version: string | undefined
  readonly row: string
  /** Its place in the view, from 0; undefined while it is not known. */
  readonly place: number | undefined
  readonly total: number | null
  readonly columns: readonly GridColumn[]
  readonly edits: GridEdits | undefined
  /** What else can be done with the row. */
  readonly more?: ReactNode
  onStep(by: 1 | -1): void
  onClose(): void
  onEdited(): void
}

/** All of one row, in the inspector. j and k go to the next and the previous row of the view. */
export function RowDrawer({ of, version, row, place, total, columns, edits, more, onStep, onClose, onEdited }: Props) {
  const { data, error, isPending, refetch } = useRow(of, version, row)
  const hasNext = place !== undefined && (total === null || place + 1 < total)
  const hasPrevious = place !== undefined && place > 0
  useHotkey('row.next', () => { onStep(1) }, { enabled: hasNext })
  useHotkey('row.previous', () => { onStep(-1) }, { enabled: hasPrevious })
  return (
    <Inspector
      title={place === undefined ? `Row ${row.slice(0, 8)}` : `Row ${count(place + 1)}`}
      actions={
        <>
          <IconButton label="Previous row" keys={keysOf('row.previous')[0]} disabled={!hasPrevious} onClick={() => { onStep(-1) }}><ArrowUp /></IconButton>
          <IconButton label="Next row" keys={keysOf('row.next')[0]} disabled={!hasNext} onClick={() => { onStep(1) }}><ArrowDown /></IconButton>
          <IconButton label="Close the row" keys="Esc" onClick={onClose}><X /></IconButton>
        </>
      }
    >
      {error ? <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} /> : null}
      {isPending && <SkeletonList label="Loading the row" />}
      {data && (
        <>
          {more}
          <RowFields
            key={row}
            facts={data}
            columns={columns}
            edits={edits}
            onEdited={() => {
              void refetch()
              onEdited()
            }}
          />
          <RowScores scores={data.scores} />
          <RowFlags origin={data.origin} />
          <RowReviews of={of} version={version} row={row} revision={data.revision} canAdd={edits !== undefined} />
          <RowOrigin project={of.project} row={row} />
          <p className="pt-2 text-label text-muted">
            id <span className="font-mono">{row}</span>
          </p>
        </>
      )}
    </Inspector>
  )
}
