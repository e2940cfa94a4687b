import { formatNumber, toText } from '@/core/grid/values'
import { scoresOf } from '@/core/rows/cells'
import { Part } from '@/ui/Part'

/** What was measured of a row. */
export function RowScores({ scores }: { readonly scores: Readonly<Record<string, unknown>> }) {
  const found = scoresOf(scores)
  if (found.length === 0) return null
  return (
    <Part title="Scores">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        {found.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name.slice('scores.'.length)}</dt>
            <dd className="min-w-0 break-words tabular-nums">{typeof value === 'number' ? formatNumber(value) : toText(value)}</dd>
          </div>
        ))}
      </dl>
    </Part>
  )
}
