import { ListChecks, Plus } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Panel } from '@/ui/Panel'
import { SkeletonList } from '@/ui/Skeleton'
import { Agreement } from './Agreement'
import { NewQueue } from './NewQueue'
import { QueueTable } from './QueueTable'
import { QueueWork } from './QueueWork'
import { ReviewFiles } from './ReviewFiles'
import { useQueues, type ReviewsOf } from './useReviews'

export interface ReviewSearch {
  /** The queue that is worked through. */
  readonly queue?: number
  /** Who works through it. */
  readonly reviewer?: string
  /** The row that was reviewed so many before the one that is next. */
  readonly back?: number
}

export interface ReviewViewProps {
  readonly of: ReviewsOf
  readonly search: ReviewSearch
  onSearch(search: ReviewSearch): void
  /** A link to a queue, around its name. */
  queueLink(queue: number, name: ReactNode): ReactNode
}

/** The queues of a dataset, or one of them that is worked through. */
export function ReviewView({ of, search, onSearch, queueLink }: ReviewViewProps) {
  const [making, setMaking] = useState(false)
  const { data, error, isPending, refetch } = useQueues(of)
  if (isPending) return <SkeletonList label="Loading queues" />
  if (error) return <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />
  const queue = data.items.find(({ n }) => n === search.queue)
  if (search.queue !== undefined && !queue) {
    const all = <Button onClick={() => { onSearch({}) }}>All queues</Button>
    return (
      <EmptyState icon={<ListChecks />} title={`There is no queue ${String(search.queue)}`} actions={all}>
        <p>This dataset has no queue of that number.</p>
      </EmptyState>
    )
  }
  if (queue) return <QueueWork key={queue.n} of={of} queue={queue} you={data.you} search={search} onSearch={onSearch} />

  const add = <Button look="primary" icon={<Plus />} onClick={() => { setMaking(true) }}>New queue</Button>
  return (
    <>
      {data.items.length === 0 ? (
        <EmptyState icon={<ListChecks />} title="Nothing to review" actions={add}>
          <p>A queue holds the rows that people are to look at, such as 20 at random. Each is shown large, and a key gives the verdict.</p>
        </EmptyState>
      ) : (
        <Panel title="Queues" actions={add}>
          <QueueTable queues={data.items} queueLink={queueLink} />
        </Panel>
      )}
      <Agreement of={of} />
      <ReviewFiles of={of} />
      {making && (
        <NewQueue
          of={of}
          you={data.you}
          onMade={(made) => {
            setMaking(false)
            onSearch({ queue: made.n })
          }}
          onClose={() => { setMaking(false) }}
        />
      )}
    </>
  )
}
