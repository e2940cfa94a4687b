import { useEffect, useRef, type ReactNode } from 'react'
import { count, plural } from '@/core/format'
import type { Broken } from '@/core/imports'
import { asProblem } from '@/core/problem'
import { isGoing } from '@/core/runs'
import { Button } from '@/ui/Button'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Facts } from '@/ui/Facts'
import { SkeletonList } from '@/ui/Skeleton'
import { BrokenLines } from './BrokenLines'
import { useCommit, useImportRun, type ImportFacts } from './useImports'

export interface ImportRunProps {
  project: string
  run: string
  /** All of it is there. */
  onDone: (dataset: string) => void
  datasetLink: (dataset: string) => ReactNode
  runLink: ReactNode
}

/** An import under way, and what it has come to. */
export function ImportRun({ project, run, onDone, datasetLink, runLink }: ImportRunProps) {
  const { run: facts, outcome, error, refetch } = useImportRun(project, run)
  const whole = outcome?.version !== null && outcome?.rejected_count === 0
  const done = useRef(false)
  useEffect(() => {
    if (outcome && whole && !done.current) {
      done.current = true
      onDone(outcome.dataset)
    }
  }, [outcome, whole, onDone])
  if (error) return <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />
  if (!facts || (!isGoing(facts.state) && !outcome)) return <SkeletonList label="Looking at the import" />
  if (!outcome) {
    return (
      <div role="status" className="flex max-w-150 flex-col gap-2 rounded-panel border border-line bg-surface p-4">
        <p className="text-title font-medium">{facts.state === 'queued' ? 'Waiting for its turn' : 'Importing'}</p>
        <p className="text-muted tabular-nums">{plural(facts.kept, 'row')} so far. It goes on when you leave this page.</p>
        <div className="h-1.5 animate-pulse rounded-full bg-accent motion-reduce:animate-none" />
        {runLink}
      </div>
    )
  }
  return <Outcome project={project} outcome={outcome} datasetLink={datasetLink} runLink={runLink} />
}

interface OutcomeProps {
  project: string
  outcome: ImportFacts
  datasetLink: (dataset: string) => ReactNode
  runLink: ReactNode
}

function Outcome({ project, outcome, datasetLink, runLink }: OutcomeProps) {
  const { dataset, read, kept, rejected, rejected_count, version, reason, notes, run } = outcome
  const commit = useCommit()
  return (
    <div className="flex flex-col gap-6">
      <div className="max-w-200">
        <Facts
          facts={[
            { label: 'Records', value: count(read) },
            { label: 'Rows', value: count(kept) },
            { label: 'Rejected', value: count(rejected_count) },
            { label: 'Committed', value: version === null ? 'nothing yet' : version.slice(0, 12) },
          ]}
        />
      </div>
      {reason !== '' && <p className="text-muted">{reason}</p>}
      {(notes ?? []).map((note) => (
        <p key={note} className="text-muted">
          {note}
        </p>
      ))}
      <div className="flex flex-wrap items-center gap-3">
        {version === null ? (
          <Button look="primary" size="large" disabled={kept === 0} busy={commit.isPending} onClick={() => { commit.mutate({ params: { path: { project, run } } }) }}>
            Import {plural(kept, 'row')} into {dataset}
          </Button>
        ) : (
          datasetLink(dataset)
        )}
        {runLink}
      </div>
      {commit.error && <ErrorPanel problem={asProblem(commit.error)} />}
      {rejected_count > 0 && (
        <BrokenLines
          title={`${plural(rejected_count, 'record')} became no row`}
          about="Mend them in the file and import it again: rows that are there already stay once."
          broken={rejected as unknown as Broken[]}
          total={rejected_count}
        />
      )}
      {rejected_count > 0 && (
        <a
          className="text-accent underline underline-offset-2"
          download
          href={`/api/v1/projects/${encodeURIComponent(project)}/imports/${run}/rejects`}
        >
          Download all of them, with what they say
        </a>
      )}
    </div>
  )
}
