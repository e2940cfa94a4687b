import { queries } from '@/api/client'
import type { components } from '@/api/schema'
import { count, moment } from '@/core/format'
import { asProblem } from '@/core/problem'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Pager } from '@/ui/Pager'
import { SkeletonList } from '@/ui/Skeleton'
import { Table, type Column } from '@/ui/Table'

type Version = components['schemas']['VersionFacts']

export interface VersionListProps {
  project: string
  dataset: string
  start: number
  onStart: (start: number) => void
}

const columns: readonly Column<Version>[] = [
  { title: 'Version', cell: (one) => <span className="font-mono text-mono">{one.id.slice(0, 12)}</span> },
  { title: 'Rows', number: true, cell: (one) => count(one.rows) },
  { title: 'What changed', cell: (one) => one.message },
  { title: 'By', wide: true, cell: (one) => <span className="text-muted">{one.author}</span> },
  { title: 'When', wide: true, cell: (one) => <span className="whitespace-nowrap text-muted">{moment(new Date(one.committed_at * 1000))}</span> },
]

/** The versions of a dataset, newest first. */
export function VersionList({ project, dataset, start, onStart }: VersionListProps) {
  const { data, error, isPending, refetch } = queries.useQuery('get', '/api/v1/projects/{project}/datasets/{dataset}/versions', {
    params: { path: { project, dataset }, query: { start, limit: 100 } },
  })
  if (isPending) return <SkeletonList label="Loading versions" />
  if (error) return <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />
  return (
    <div className="flex flex-col gap-2">
      <Table label="Versions" items={data.items} columns={columns} keyOf={(one) => one.id} />
      <Pager start={start} shown={data.items.length} total={data.total} next={data.next} onStart={onStart} />
    </div>
  )
}
