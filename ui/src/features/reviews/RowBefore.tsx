import { Undo2 } from 'lucide-react'
import { formatNumber, toText } from '@/core/grid/values'
import { keysOf } from '@/core/hotkeys'
import { scoresOf } from '@/core/rows/cells'
import { Button } from '@/ui/Button'
import { Keys } from '@/ui/Keys'
import { SaidOf } from './SaidOf'
import type { Given, Revealed } from './useReviews'

export interface Before {
  readonly row: string
  readonly given: Given
  readonly revealed: Revealed
}

/** The row that was reviewed last: what was said of it, and what could not be known before. */
export function RowBefore({ before: { row, given, revealed }, onUndo }: { readonly before: Before; onUndo(): void }) {
  const { others, behind } = revealed
  const scores = scoresOf(behind.scores)
  const [undo] = keysOf('review.undo')
  return (
    <section aria-label="Row before" aria-live="polite" className="flex flex-col gap-1.5 rounded-panel border border-line bg-surface p-3">
      <div className="flex flex-wrap items-center gap-2">
        <h3 className="text-label font-medium text-muted">
          Row before <span className="font-mono font-normal">{row.slice(0, 8)}</span>
        </h3>
        <SaidOf said={{ ...given, fields: given.values ?? null, author: 'you' }} />
        <Button look="quiet" icon={<Undo2 />} className="ml-auto" onClick={onUndo}>
          Undo {undo !== undefined && <span className="hidden sm:inline"><Keys keys={undo} /></span>}
        </Button>
      </div>
      {others.map((one) => <div key={one.n} className="flex flex-wrap items-center gap-2"><SaidOf said={one} /></div>)}
      {scores.length + behind.models.length > 0 && (
        <p className="flex flex-wrap gap-x-4 text-label text-muted tabular-nums">
          {scores.map(([name, value]) => (
            <span key={name}>{name.slice('scores.'.length)} {typeof value === 'number' ? formatNumber(value) : toText(value)}</span>
          ))}
          {behind.models.map((model) => <span key={model}>written by {model}</span>)}
        </p>
      )}
    </section>
  )
}
