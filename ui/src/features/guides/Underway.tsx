import { useLive } from '@/api/useLive'
import { count } from '@/core/format'
import { fixHere } from '@/core/guides'
import { share } from '@/core/news'
import { Problem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Progress } from '@/ui/Progress'
import type { Guide, Say } from './useGuides'

const does: Readonly<Record<string, string>> = { sampling: 'Making the samples', making: 'Making the rows' }

/** What is under way in a talk, with how far it is; or why it stands still, and how it goes on. */
export function Underway({ project, guide, say }: { project: string; guide: Guide; say: Say }) {
  const { doing, fault, phase } = guide
  const run = useLive().running.get(`${project}/${doing?.run ?? ''}`)
  const made = guide.reference !== null && !guide.analysed && phase === 'checklist' && guide.model !== null
  const stands = phase === 'making' || (phase === 'sampling' && guide.model !== null) || made
  if (doing) {
    return (
      <div role="status" className="flex flex-col gap-1.5 self-stretch rounded-panel border border-line bg-surface px-3 py-2">
        <div className="flex items-center gap-2">
          <span aria-hidden className="size-1.5 shrink-0 animate-pulse rounded-full bg-accent motion-reduce:animate-none" />
          <span className="min-w-0 flex-1">{does[phase] ?? doing.what}</span>
          <Button
            look="quiet"
            onClick={() => {
              say.mutate({ stop: true })
            }}
          >
            Stop
          </Button>
        </div>
        {run && phase === 'making' && (
          <>
            <Progress label="Rows made" share={share(run) ?? 0} />
            <p className="text-label text-muted tabular-nums">
              {count(run.totals.kept)} of {count(guide.rows)} rows
            </p>
          </>
        )}
      </div>
    )
  }
  if (!fault && !stands) return null
  return (
    <div className="flex flex-col items-start gap-2 self-stretch">
      {fault ? (
        <div className="w-full">
          <ErrorPanel problem={new Problem(409, { what: fault.what, fix: fixHere(fault.fix), problems: fault.problems })} />
        </div>
      ) : (
        <p className="text-muted">It was broken off here; what is there is kept.</p>
      )}
      {stands && (
        <Button
          look="primary"
          busy={say.isPending}
          onClick={() => {
            say.mutate({ goOn: true })
          }}
        >
          Go on
        </Button>
      )}
    </div>
  )
}
