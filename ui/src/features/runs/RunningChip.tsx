import { Activity, CloudOff } from 'lucide-react'
import { useLive } from '@/api/useLive'
import { count, usd } from '@/core/format'
import { share, spent, type Progress as Standing } from '@/core/news'
import { Badge } from '@/ui/Badge'
import { Popover } from '@/ui/Popover'
import { Progress } from '@/ui/Progress'
import type { ReactNode } from 'react'

export interface RunningChipProps {
  /** Draws the link to a run. */
  linkTo: (run: Standing) => ReactNode
}

/** What is under way in all projects, and what it has cost so far. */
export function RunningChip({ linkTo }: RunningChipProps) {
  const { running, here } = useLive()
  const runs = [...running.values()]
  if (here === false) {
    return (
      <Badge tone="warn" icon={<CloudOff />}>
        Server away
      </Badge>
    )
  }
  if (runs.length === 0) return null
  return (
    <Popover
      label="Running work"
      align="end"
      trigger={
        <button
          type="button"
          className="inline-flex h-6 items-center gap-1.5 rounded-control border border-accent px-2 text-label text-accent tabular-nums transition-colors hover:bg-selected"
        >
          <Activity aria-hidden className="size-3.5" />
          {count(runs.length)} running <span className="max-sm:hidden">· {usd(spent(runs))}</span>
        </button>
      }
    >
      <ul className="flex w-72 max-w-full flex-col gap-3">
        {runs.map((run) => (
          <li key={`${run.project}/${run.run}`} className="flex flex-col gap-1">
            <div className="flex justify-between gap-2">
              {linkTo(run)}
              <span className="shrink-0 text-muted tabular-nums">{usd(spent([run]))}</span>
            </div>
            <Progress label={`Rows kept by ${run.run}`} share={share(run) ?? 0} />
            <p className="text-label text-muted tabular-nums">
              {run.project} · {run.state} · {count(run.totals.kept)} of {count(run.target ?? run.totals.requested)} rows
            </p>
          </li>
        ))}
      </ul>
    </Popover>
  )
}
