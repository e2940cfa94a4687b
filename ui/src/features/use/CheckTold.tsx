import { CircleCheck, TriangleAlert } from 'lucide-react'
import { count } from '@/core/format'
import type { Problem } from '@/core/problem'
import type { Checked } from '@/core/use'
import { Badge } from '@/ui/Badge'
import { Skeleton } from '@/ui/Skeleton'

interface Props {
  readonly checked: Checked | undefined
  readonly problem: Problem | undefined
  readonly waiting: boolean
}

/** What the consumer will keep of an export, and why not the rest. */
export function CheckTold({ checked, problem, waiting }: Props) {
  if (waiting) return <Skeleton className="h-12" />
  if (problem) return <p className="text-muted">{problem.what} {problem.status === 422 ? '' : problem.fix}</p>
  if (!checked) return null
  const { consumer, rows_in: all, consumer_keeps: kept, findings, unknown, ok } = checked
  return (
    <section aria-label="Export check" className="flex flex-col gap-2 rounded-panel border border-line bg-surface p-3">
      <p className="flex items-center gap-2 font-medium tabular-nums">
        {ok ? <CircleCheck aria-hidden className="size-4 text-ok" /> : <TriangleAlert aria-hidden className="size-4 text-warn" />}
        {consumer} keeps {count(kept)} of {count(all)} rows
      </p>
      {findings.length > 0 && (
        <ul className="flex flex-col gap-1.5">
          {findings.map(({ code, effect, rows, what, fix }) => (
            <li key={code} className="flex flex-wrap items-baseline gap-x-2">
              <Badge tone={effect === 'noted' ? 'neutral' : 'warn'}>{effect} {count(rows)}</Badge>
              <span className="min-w-0 flex-1 basis-60">{what} <span className="text-muted">{fix}</span></span>
            </li>
          ))}
        </ul>
      )}
      {unknown.map((one) => <p key={one} className="text-label text-muted">Not known: {one}</p>)}
    </section>
  )
}
