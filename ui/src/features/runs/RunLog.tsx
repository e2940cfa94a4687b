import { moment } from '@/core/format'
import { asProblem } from '@/core/problem'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Panel } from '@/ui/Panel'
import { clsx } from 'clsx'
import { told } from './told'
import { useEvents } from './useRuns'

/** What has happened to a run, the latest first. */
export function RunLog({ project, run }: { project: string; run: string }) {
  const { events, error, refetch } = useEvents(project, run)
  return (
    <Panel title="Log">
      {error && <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />}
      {events?.length === 0 && <p className="text-muted">Nothing has happened yet.</p>}
      {events && events.length > 0 && (
        <ol aria-label="Log" className="rounded-panel border border-line bg-surface">
          {events.toReversed().map((event) => {
            const time = new Date(event.at * 1000)
            const { text, trouble } = told(event)
            return (
              <li key={event.n} className="flex gap-3 border-b border-line px-3 py-1.5 last:border-b-0">
                <time dateTime={time.toISOString()} title={moment(time)} className="shrink-0 text-label leading-5 text-muted tabular-nums">
                  {time.toLocaleTimeString(undefined, { hour12: false })}
                </time>
                <span className={clsx('min-w-0 break-words', trouble && 'text-warn')}>{text}</span>
              </li>
            )
          })}
        </ol>
      )}
    </Panel>
  )
}
