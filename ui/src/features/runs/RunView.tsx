import type { ReactNode } from 'react'
import { asProblem } from '@/core/problem'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { PageHeader } from '@/ui/PageHeader'
import { Panel } from '@/ui/Panel'
import { SkeletonList } from '@/ui/Skeleton'
import { Funnel } from './Funnel'
import { RunActs } from './RunActs'
import { RunBatches } from './RunBatches'
import { RunFigures } from './RunFigures'
import { RunLog } from './RunLog'
import { RunReason } from './RunReason'
import { RunState } from './RunState'
import { Troubles } from './Troubles'
import { useEvents, useRun, type RunFacts } from './useRuns'

export interface RunViewProps {
  project: string
  name: string
  /** Draws the links to what the run has made. */
  madeLinks: (run: RunFacts) => ReactNode
}

/** A run: where it stands, what each step let through, what went wrong, what has happened, and what can be done. */
export function RunView({ project, name, madeLinks }: RunViewProps) {
  const { run, error, refetch } = useRun(project, name)
  const { events } = useEvents(project, name)
  if (!run) {
    return (
      <>
        <PageHeader title={`Run ${name}`} />
        {error ? <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} /> : <SkeletonList label="Loading the run" lines={10} />}
      </>
    )
  }
  const begun = events?.findLast((event) => event.kind === 'run.started')?.at
  return (
    <>
      <PageHeader
        title={`${run.recipe} ${run.run}`}
        about={
          <span className="mt-1 flex flex-wrap items-center gap-2">
            <RunState state={run.state} />
            {madeLinks(run)}
          </span>
        }
        actions={<RunActs project={project} run={run} />}
      />
      <RunReason run={run} />
      <RunFigures run={run} begun={begun} />
      <Panel title="Funnel" about="What each step let through, and why not the rest.">
        <Funnel funnel={run.funnel} />
      </Panel>
      {run.batches.length > 0 && <RunBatches batches={run.batches} />}
      <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-2">
        <Troubles project={project} run={run} />
        <RunLog project={project} run={name} />
      </div>
    </>
  )
}
