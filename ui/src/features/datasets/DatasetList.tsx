import type { ReactNode } from 'react'
import { ago, count, moment } from '@/core/format'
import { asProblem } from '@/core/problem'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Pager } from '@/ui/Pager'
import { SkeletonList } from '@/ui/Skeleton'
import { Table, type Column } from '@/ui/Table'
import { useDatasets, type DatasetFacts } from './useDatasets'

export interface DatasetListProps {
  project: string
  start: number
  onStart: (start: number) => void
  /** Draws the link to a dataset. */
  linkTo: (dataset: string) => ReactNode
  /** What stands there while there is no dataset. */
  none: ReactNode
}

/** The datasets of a project with what people look for them by. */
export function DatasetList({ project, start, onStart, linkTo, none }: DatasetListProps) {
  const { data, error, isPending, refetch } = useDatasets(project, start)
  if (isPending) return <SkeletonList label="Loading datasets" />
  if (error) return <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />
  if (data.items.length === 0 && start === 0) return none
  const columns: Column<DatasetFacts>[] = [
    { title: 'Name', cell: (one) => linkTo(one.name) },
    { title: 'Rows', number: true, cell: (one) => count(one.rows) },
    { title: 'Versions', number: true, wide: true, cell: (one) => count(one.versions) },
    { title: 'Last change', cell: (one) => <LastChange dataset={one} /> },
    { title: 'What changed', wide: true, cell: (one) => <span className="text-muted">{one.message}</span> },
    { title: 'By', wide: true, cell: (one) => <span className="text-muted">{one.author}</span> },
  ]
  return (
    <div className="flex flex-col gap-2">
      <Table label="Datasets" items={data.items} columns={columns} keyOf={(one) => one.name} />
      <Pager start={start} shown={data.items.length} total={data.total} next={data.next} onStart={onStart} />
    </div>
  )
}

function LastChange({ dataset }: { dataset: DatasetFacts }) {
  if (dataset.committed_at === null) return <span className="text-muted">not yet</span>
  const time = new Date(dataset.committed_at * 1000)
  return (
    <time dateTime={time.toISOString()} title={moment(time)} className="whitespace-nowrap text-muted">
      {ago(time)}
    </time>
  )
}
