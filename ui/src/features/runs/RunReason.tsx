import { Info } from 'lucide-react'
import { isGoing, reasonHere } from '@/core/runs'
import type { RunFacts } from './useRuns'

const next: Readonly<Record<string, string>> = {
  paused: 'Nothing is lost: it goes on from here.',
  stopped: 'What it has is kept. Resume it to go on.',
  cancelled: 'What it has is kept. Resume it to go on after all.',
  failed: 'What it has is kept. Mend what is named, then resume it.',
}

/** Why a run rests, and what to do about it. */
export function RunReason({ run }: { run: RunFacts }) {
  if (run.reason === '' || isGoing(run.state)) return null
  return (
    <div role="status" className="flex gap-2.5 rounded-panel border border-line bg-surface p-3">
      <Info aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />
      <div className="min-w-0 break-words">
        <p className="font-medium">{reasonHere(run.reason)}</p>
        {next[run.state] !== undefined && <p className="text-muted">{next[run.state]}</p>}
      </div>
    </div>
  )
}
