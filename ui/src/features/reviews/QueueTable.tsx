import type { ReactNode } from 'react'
import { count, plural } from '@/core/format'
import { kindName } from '@/core/review'
import { Progress } from '@/ui/Progress'
import { Table, type Column } from '@/ui/Table'
import type { QueueFacts } from './useReviews'

interface Props {
  readonly queues: readonly QueueFacts[]
  queueLink(queue: number, name: ReactNode): ReactNode
}

export const sumOf = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((all, one) => all + one, 0)

/** The share of good rows that an audit has found, once all of them have a verdict. */
export function found({ audit }: QueueFacts): string | undefined {
  if (!audit || typeof audit['share'] !== 'number') return undefined
  const percent = (name: string) => `${((audit[name] as number) * 100).toFixed(0)} %`
  return `${percent('share')} accepted (${percent('low')} to ${percent('high')})`
}

/** Each queue, how far its reviewers are, and what it came to. */
export function QueueTable({ queues, queueLink }: Props) {
  const columns: readonly Column<QueueFacts>[] = [
    { title: 'Queue', cell: ({ n, kind }) => queueLink(n, <>{kindName(kind)} <span className="text-muted">#{n}</span></>) },
    { title: 'Rows', number: true, wide: true, cell: ({ rows }) => count(rows) },
    {
      title: 'Reviewed',
      cell: ({ n, left, done }) => {
        const [given, all] = [sumOf(done), sumOf(done) + sumOf(left)]
        return (
          <div className="flex min-w-24 flex-col gap-1">
            <span className="whitespace-nowrap tabular-nums">{count(given)} of {count(all)}</span>
            <Progress label={`Queue ${String(n)} reviewed`} share={all === 0 ? 1 : given / all} tone={given === all ? 'ok' : 'accent'} />
          </div>
        )
      },
    },
    { title: 'Reviewers', wide: true, cell: ({ left }) => <span className="text-muted">{Object.keys(left).join(', ')}</span> },
    { title: 'Came to', wide: true, cell: (one) => <span className="text-muted">{found(one) ?? why(one)}</span> },
  ]
  return <Table label="Queues" items={queues} columns={columns} keyOf={({ n }) => String(n)} />
}

const why = ({ kind, why: reasons }: QueueFacts): string =>
  kind === 'audit' ? '' : Object.entries(reasons).map(([name, rows]) => `${name}: ${plural(rows, 'row')}`).join(', ')
