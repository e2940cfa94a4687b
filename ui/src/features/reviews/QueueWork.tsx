import { ArrowLeft, CircleCheck } from 'lucide-react'
import { useState } from 'react'
import { plural } from '@/core/format'
import { asProblem } from '@/core/problem'
import { kindName } from '@/core/review'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Progress } from '@/ui/Progress'
import { Select } from '@/ui/Select'
import { SkeletonList } from '@/ui/Skeleton'
import { tip } from '@/ui/tip'
import { useHotkey } from '@/ui/useHotkey'
import { found } from './QueueTable'
import type { ReviewSearch } from './ReviewView'
import { RowBefore, type Before } from './RowBefore'
import { RowWork } from './RowWork'
import { useGive, useNext, useSkip, type QueueFacts, type ReviewsOf, type Shown } from './useReviews'

interface Props {
  readonly of: ReviewsOf
  readonly queue: QueueFacts
  readonly you: string
  readonly search: ReviewSearch
  onSearch(search: ReviewSearch): void
}

/** One row after the other: a verdict brings the next, and shows what others think of the one before. */
export function QueueWork({ of, queue, you, search, onSearch }: Props) {
  const people = Object.keys(queue.left)
  const chosen = search.reviewer !== undefined && people.includes(search.reviewer) ? search.reviewer : undefined
  const reviewer = chosen ?? (people.includes(you) ? you : (people[0] ?? you))
  const work = { ...of, queue: queue.n, reviewer }
  const back = search.back ?? 0
  const { data, error, isFetching, refetch } = useNext(work, back)
  const give = useGive(work)
  const skip = useSkip(work)
  const [before, setBefore] = useState<Before>()
  const [done, left] = [queue.done[reviewer] ?? 0, queue.left[reviewer] ?? 0]
  const shown = data?.shown ?? undefined
  const busy = give.isPending || skip.isPending

  const goBack = (to: number) => {
    setBefore(undefined)
    onSearch({ ...search, back: to })
  }
  useHotkey('review.back', () => { goBack(back + 1) }, { enabled: !busy && back < done })
  useHotkey('review.forward', () => { goBack(back - 1) }, { enabled: !busy && back > 0 })
  useHotkey('review.undo', () => { goBack(1) }, { enabled: !busy && back === 0 && done > 0 })

  const said = (row: Shown, body: Parameters<typeof give.mutate>[0]) => {
    if (busy) return
    give.mutate(body, {
      onSuccess: (revealed) => {
        setBefore({ row: row.row, given: body, revealed })
        if (back > 0) onSearch({ ...search, back: 0 })
      },
    })
  }
  const problem = give.error ?? skip.error
  const beforeIt = before && <RowBefore before={before} onUndo={() => { goBack(1) }} />
  return (
    <div className="flex flex-col gap-4">
      <header className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button look="quiet" icon={<ArrowLeft />} onClick={() => { onSearch({}) }}>All queues</Button>
        <h2 className="text-title font-semibold">{kindName(queue.kind)} <span className="font-normal text-muted">#{queue.n}</span></h2>
        {people.length > 1 && <Badge><span {...tip('What others think, scores and models show after the verdict.')}>double-blind</span></Badge>}
        <div className="flex w-full items-center gap-3 sm:ml-auto sm:w-auto">
          {people.length > 1 && (
            <Select
              aria-label="Who reviews"
              className="max-w-40"
              value={reviewer}
              options={people.map((one) => ({ value: one, label: one }))}
              onChange={(next) => {
                setBefore(undefined)
                onSearch({ queue: queue.n, reviewer: next })
              }}
            />
          )}
          <div className="w-full sm:w-40"><Progress label="Reviewed" share={done + left === 0 ? 1 : done / (done + left)} /></div>
          <span role="status" className="whitespace-nowrap text-label text-muted tabular-nums">{done} done, {left} left</span>
        </div>
      </header>
      {error && <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />}
      {problem && (
        <ErrorPanel
          problem={asProblem(problem)}
          onRetry={() => {
            give.reset()
            skip.reset()
            void refetch()
          }}
        />
      )}
      {!error && data === undefined && <SkeletonList label="Loading the row" />}
      {!error && shown && (
        <RowWork
          key={`${String(shown.place)} ${String(shown.back)} ${shown.token}`}
          of={work}
          shown={shown}
          busy={busy || isFetching}
          onSay={(body) => { said(shown, body) }}
          onSkip={() => { if (!busy) skip.mutate({ reviewer, place: shown.place, row: shown.row }, { onSuccess: () => { setBefore(undefined) } }) }}
        >
          {beforeIt}
        </RowWork>
      )}
      {!error && data && !shown && (
        <EmptyState
          icon={<CircleCheck />}
          title={left === 0 ? 'All reviewed' : 'Nothing left that is still there'}
          actions={
            <>
              {done > 0 && <Button onClick={() => { goBack(1) }}>Look at the last one</Button>}
              <Button look="primary" onClick={() => { onSearch({}) }}>All queues</Button>
            </>
          }
        >
          <p>{found(queue) ?? `${reviewer} has reviewed ${plural(done, 'row')} of this queue.`}</p>
        </EmptyState>
      )}
      {!shown && beforeIt}
    </div>
  )
}
