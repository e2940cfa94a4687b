import { Activity } from 'lucide-react'
import { ago, count, moment, usd } from '@/core/format'
import { asProblem } from '@/core/problem'
import { Badge, type BadgeProps } from '@/ui/Badge'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Pager } from '@/ui/Pager'
import { SkeletonList } from '@/ui/Skeleton'
import { Table, type Column } from '@/ui/Table'
import { useRuns, type RunFacts } from './useRuns'

export interface RunListProps {
  project: string
  start: number
  onStart: (start: number) => void
}

const tones: Readonly<Record<string, BadgeProps['tone']>> = {
  running: 'accent',
  queued: 'accent',
  finished: 'ok',
  paused: 'warn',
  stopped: 'warn',
  failed: 'bad',
}

const columns: readonly Column<RunFacts>[] = [
  { title: 'Run', cell: (run) => <span className="font-mono text-mono">{run.run}</span> },
  { title: 'State', cell: (run) => <Badge tone={tones[run.state] ?? 'neutral'}>{run.state}</Badge> },
  { title: 'Kept', number: true, cell: (run) => `${count(run.kept)} of ${count(run.target ?? run.requested)}` },
  { title: 'Cost', number: true, cell: (run) => (run.cost_usd === null ? 'no price' : usd(run.cost_usd)) },
  { title: 'Calls', number: true, wide: true, cell: (run) => count(run.calls) },
  { title: 'Dataset', wide: true, cell: (run) => <span className="text-muted">{run.dataset}</span> },
  { title: 'Started', wide: true, cell: (run) => <Started run={run} /> },
]

/** The runs of a project, newest first. */
export function RunList({ project, start, onStart }: RunListProps) {
  const { data, error, isPending, refetch } = useRuns(project, start)
  if (isPending) return <SkeletonList label="Loading runs" />
  if (error) return <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />
  if (data.items.length === 0 && start === 0) {
    return (
      <EmptyState icon={<Activity />} title="No runs yet">
        <p>A run carries out a recipe and leaves a version of a dataset. Runs go on when you close this tab.</p>
      </EmptyState>
    )
  }
  return (
    <div className="flex flex-col gap-2">
      <Table label="Runs" items={data.items} columns={columns} keyOf={(run) => run.run} />
      <Pager start={start} shown={data.items.length} total={data.total} next={data.next} onStart={onStart} />
    </div>
  )
}

function Started({ run }: { run: RunFacts }) {
  const time = new Date(run.created_at * 1000)
  return (
    <time dateTime={time.toISOString()} title={moment(time)} className="whitespace-nowrap text-muted">
      {ago(time)}
    </time>
  )
}
