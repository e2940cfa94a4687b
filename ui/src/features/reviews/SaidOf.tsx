import { formatNumber } from '@/core/grid/values'
import { Badge } from '@/ui/Badge'

interface Said {
  readonly author?: string | null
  readonly verdict?: string
  readonly score?: number | null
  readonly label?: string | null
  readonly note?: string | null
  readonly fields?: Readonly<Record<string, unknown>> | null
}

const verdicts = { accept: { tone: 'ok', says: 'accepted' }, reject: { tone: 'bad', says: 'rejected' } } as const

/** What someone says of a row, in a line. */
export function SaidOf({ said: { author, verdict, score, label, note, fields } }: { readonly said: Said }) {
  const given = verdict === 'accept' || verdict === 'reject' ? verdicts[verdict] : undefined
  const changed = Object.keys(fields ?? {})
  return (
    <>
      {author && <span className="text-muted">{author}</span>}
      {given && <Badge tone={given.tone}>{given.says}</Badge>}
      {label && <Badge>{label}</Badge>}
      {typeof score === 'number' && <span className="tabular-nums">score {formatNumber(score)}</span>}
      {changed.length > 0 && <span className="text-muted">changed {changed.join(', ')}</span>}
      {note && <span className="min-w-0 break-words">“{note}”</span>}
    </>
  )
}
