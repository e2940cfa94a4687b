import { Activity } from 'lucide-react'
import type { ReactNode } from 'react'
import { ago, moment, usd } from '@/core/format'
import { asProblem } from '@/core/problem'
import { isGoing, spentShare } from '@/core/runs'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Pager } from '@/ui/Pager'
import { Progress } from '@/ui/Progress'
import { SkeletonList } from '@/ui/Skeleton'
import { Table, type Column } from '@/ui/Table'
import { costWords, keptShare, keptWords, rateWords } from './figures'
import { RunState } from './RunState'
import { useRuns, type RunFacts } from './useRuns'

export interface RunListProps {
  project: string
  start: number
  onStart: (start: number) => void
  /** Draws the link to a run. */
  linkTo: (run: RunFacts) => ReactNode
  /** Draws the link to a dataset. */
  datasetLink: (dataset: string) => ReactNode
  /** The way to recipes. */
  recipesLink: ReactNode
}

/** The runs of a project, newest first; those under way live. */
export function RunList({ project, start, onStart, linkTo, datasetLink, recipesLink }: RunListProps) {
  const { data, runs, error, refetch } = useRuns(project, start)
  if (error) return <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />
  if (!runs) return <SkeletonList label="Loading runs" />
  if (runs.length === 0 && start === 0) {
    return (
      <EmptyState icon={<Activity />} title="No runs yet" actions={recipesLink}>
        <p>A run carries out a recipe and leaves a version of a dataset. Runs go on when you close this tab.</p>
      </EmptyState>
    )
  }
  const columns: Column<RunFacts>[] = [
    { title: 'Run', cell: linkTo },
    { title: 'State', cell: (run) => <RunState state={run.state} /> },
    { title: 'Kept', number: true, cell: (run) => <Kept run={run} /> },
    { title: 'Rate', number: true, wide: true, cell: (run) => <span className="text-muted">{rateWords(run)}</span> },
    { title: 'Cost', number: true, wide: true, cell: (run) => <Cost run={run} /> },
    { title: 'Begun', wide: true, cell: (run) => <Begun run={run} /> },
    { title: 'Dataset', wide: true, cell: (run) => run.dataset !== null && datasetLink(run.dataset) },
  ]
  return (
    <div className="flex flex-col gap-2">
      <Table label="Runs" items={runs} columns={columns} keyOf={(run) => run.run} />
      <Pager start={start} shown={runs.length} total={data?.total ?? null} next={data?.next ?? null} onStart={onStart} />
    </div>
  )
}

function Kept({ run }: { run: RunFacts }) {
  return (
    <span className="ml-auto flex max-w-32 flex-col gap-1">
      {keptWords(run)}
      {isGoing(run.state) && <Progress label={`Rows kept by ${run.run}`} share={keptShare(run)} />}
    </span>
  )
}

function Cost({ run }: { run: RunFacts }) {
  const share = spentShare(run)
  const cap = run.budget_usd
  return (
    <span className="ml-auto flex max-w-32 flex-col gap-1 whitespace-nowrap">
      <span>
        {costWords(run)}
        {typeof cap === 'number' && <span className="text-muted"> of {usd(cap)}</span>}
      </span>
      {share !== undefined && isGoing(run.state) && <Progress label={`Cap spent by ${run.run}`} share={share} tone={share > 0.8 ? 'warn' : 'accent'} />}
    </span>
  )
}

function Begun({ run }: { run: RunFacts }) {
  const time = new Date((run.started_at ?? run.created_at) * 1000)
  return (
    <time dateTime={time.toISOString()} title={moment(time)} className="whitespace-nowrap text-muted">
      {ago(time)}
    </time>
  )
}
