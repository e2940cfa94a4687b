import { asProblem } from '@/core/problem'
import { moment, plural } from '@/core/format'
import { formatNumber, toText } from '@/core/grid/values'
import type { CellValue } from '@/core/grid/source'
import { Badge } from '@/ui/Badge'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Part } from '@/ui/Part'
import { Skeleton } from '@/ui/Skeleton'
import { AddReview } from './AddReview'
import { isRun, type RowsOf } from './source'
import { useRowReviews } from './useRowReviews'

interface Props {
  readonly of: RowsOf
  readonly version: string | undefined
  readonly row: string
  /** What the row says now, as a review has to have seen it. */
  readonly revision: string
  readonly canAdd: boolean
}

const tones = { accept: 'ok', reject: 'bad' } as const

/** What people think of a row, and what one thinks oneself. A review of what the row said before says so. */
export function RowReviews({ of, version, row, revision, canAdd }: Props) {
  const { data, error, isPending } = useRowReviews(of, version, row)
  if (isRun(of.dataset) || (data?.items.length === 0 && data.held_back === 0 && !canAdd)) return null
  return (
    <Part title="Reviews">
      {error && <ErrorPanel problem={asProblem(error)} />}
      {isPending && <Skeleton className="h-8" />}
      {data && (
        <ul className="flex flex-col gap-2 empty:hidden">
          {data.items.map(({ n, verdict, score, label, author, created_at: at, current, note, fields, decides }) => (
            <li key={n} className="flex flex-wrap items-center gap-x-2 gap-y-1">
              {verdict in tones && <Badge tone={tones[verdict as keyof typeof tones]}>{verdict}</Badge>}
              {score !== null && <span className="tabular-nums">{formatNumber(score)}</span>}
              {label && <Badge>{label}</Badge>}
              <span className="text-muted">{author}</span>
              <span className="text-label text-muted">{moment(new Date(at * 1000))}</span>
              {decides && <Badge tone="accent">decides</Badge>}
              {!current && <Badge tone="warn">of an earlier text</Badge>}
              {note && <p className="basis-full break-words">{note}</p>}
              {fields && <p className="basis-full font-mono text-mono break-words">{toText(fields as CellValue)}</p>}
            </li>
          ))}
        </ul>
      )}
      {data && data.held_back > 0 && (
        <p className="text-label text-muted">{plural(data.held_back, 'review')} of others show once you have reviewed this row in its queue.</p>
      )}
      {canAdd && <AddReview key={`${row} ${revision}`} of={of} version={version} row={row} revision={revision} />}
    </Part>
  )
}
