import { count, plural } from '@/core/format'
import { asProblem } from '@/core/problem'
import { grouped, words, type Trouble } from '@/core/runs'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Panel } from '@/ui/Panel'
import { useTroubles, type RunFacts } from './useRuns'

/** What went wrong in a run, the commonest first: rows that failed, and answers that could not be used. */
export function Troubles({ project, run }: { project: string; run: RunFacts }) {
  const { rows, draws, error } = useTroubles(project, run.run)
  const step = (position: number) => run.funnel[position]?.step ?? `step ${String(position + 1)}`
  const failed = grouped(rows ?? [])
  const refused = grouped(draws ?? [])
  return (
    <Panel title="What went wrong">
      {error && <ErrorPanel problem={asProblem(error)} />}
      {failed.length + refused.length === 0 && !error && <p className="text-muted">No row has failed, and every answer could be used.</p>}
      {failed.length > 0 && <Group title={`Rows that failed: ${count(rows?.length ?? 0)}`} troubles={failed} step={step} noun="row" />}
      {refused.length > 0 && <Group title={`Answers that could not be used: ${count(draws?.length ?? 0)}`} troubles={refused} step={step} noun="answer" />}
    </Panel>
  )
}

function Group({ title, troubles, step, noun }: { title: string; troubles: readonly Trouble[]; step: (position: number) => string; noun: string }) {
  return (
    <div className="rounded-panel border border-line bg-surface">
      <h3 className="border-b border-line bg-raised px-3 py-1.5 text-label font-medium text-muted">{title}</h3>
      <ul>
        {troubles.map((one) => (
          <li key={`${String(one.step)} ${one.reason}`} className="flex flex-col gap-1 border-b border-line px-3 py-2 last:border-b-0">
            <p className="flex flex-wrap items-baseline justify-between gap-x-3">
              <span className="font-medium">{words(one.reason)}</span>
              <span className="text-label text-muted tabular-nums">
                {plural(one.count, noun)} at {step(one.step)}
              </span>
            </p>
            {one.examples.map((example) => (
              <p key={example} className="line-clamp-3 text-label break-words text-muted">
                {example}
              </p>
            ))}
          </li>
        ))}
      </ul>
    </div>
  )
}
