import { ClipboardCheck, Download, Play } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { ago, count } from '@/core/format'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { buttonClass } from '@/ui/buttonClass'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Panel } from '@/ui/Panel'
import { Select } from '@/ui/Select'
import { SkeletonList } from '@/ui/Skeleton'
import { Advised } from './Advised'
import { Findings } from './Findings'
import { GradePanel } from './GradePanel'
import type { MarkLink } from './marks'
import { RunChecks } from './RunChecks'
import { isDone, useAssessed, useCheckedSoFar, useCheckRuns, type CheckRun, type QualityOf } from './useQuality'

export interface QualityViewProps {
  readonly of: QualityOf
  /** The run of checks that is looked at; the newest where none is chosen. */
  readonly run: string | undefined
  onRun(run: string): void
  readonly markLink: MarkLink
  runLink(run: string): ReactNode
}

/** What checks have found in a dataset: its grade, what to do, and figures that lead to the rows behind them. */
export function QualityView({ of, run: wanted, onRun, markLink, runLink }: QualityViewProps) {
  const [choosing, setChoosing] = useState(false)
  const { data, error, isPending, refetch } = useCheckRuns(of)
  if (isPending) return <SkeletonList label="Loading checks" />
  if (error) return <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />
  const runs = data.items
  const run = runs.find((one) => one.run === wanted) ?? runs.find(({ state }) => isDone(state)) ?? runs[0]
  const check = <Button look="primary" icon={<Play />} onClick={() => { setChoosing(true) }}>Run checks</Button>
  const at = `/api/v1/projects/${encodeURIComponent(of.project)}/datasets/${encodeURIComponent(of.dataset)}/quality/${run?.run ?? ''}/report`
  return (
    <>
      {run ? (
        <div className="flex flex-wrap items-center gap-2">
          <div className="w-full sm:w-72">
            <Select
              aria-label="Run of checks"
              value={run.run}
              options={runs.map((one) => ({ value: one.run, label: named(one) }))}
              onChange={onRun}
            />
          </div>
          {!run.newest && <span className="text-label text-warn">of an earlier version</span>}
          <span className="flex-1" />
          {isDone(run.state) && <a className={buttonClass('plain')} href={at} download><Download aria-hidden />Download report</a>}
          {check}
        </div>
      ) : (
        <EmptyState icon={<ClipboardCheck />} title="Not checked yet" actions={check}>
          <p>Checks find duplicates, personal data, toxic or malformed text and more, and give a grade. Most are free: they run on this machine.</p>
        </EmptyState>
      )}
      {run && (isDone(run.state) ? <Found key={run.run} of={of} run={run} markLink={markLink} /> : <Going of={of} run={run} runLink={runLink} />)}
      {choosing && (
        <RunChecks
          of={of}
          onBegun={(begun) => {
            setChoosing(false)
            onRun(begun)
          }}
          onClose={() => { setChoosing(false) }}
        />
      )}
    </>
  )
}

const named = ({ run, checks, created_at, state }: CheckRun): string =>
  `${run}, ${ago(new Date(created_at * 1000))}, ${count(checks.length)} checks${isDone(state) ? '' : `, ${state}`}`

function Found({ of, run, markLink }: { readonly of: QualityOf; readonly run: CheckRun; readonly markLink: MarkLink }) {
  const { assessed, error, refetch } = useAssessed(of, run.run)
  if (error) return <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />
  if (!assessed) return <SkeletonList lines={10} label="Reading what was found" />
  return (
    <>
      <GradePanel found={assessed} markLink={markLink} />
      <Advised of={of} found={assessed} newest={run.newest} markLink={markLink} />
      <Findings found={assessed} markLink={markLink} />
      {assessed.not_measured.length > 0 && (
        <Panel title="Not measured">
          <ul className="divide-y divide-line rounded-panel border border-line bg-surface">
            {assessed.not_measured.map(({ check, why }) => (
              <li key={check} className="flex flex-wrap gap-x-3 px-3 py-1.5"><span className="font-medium">{check}</span><span className="text-muted">{why}</span></li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  )
}

function Going({ of, run, runLink }: { readonly of: QualityOf; readonly run: CheckRun; runLink(run: string): ReactNode }) {
  const rows = useCheckedSoFar(of.project, run.run)
  const going = run.state === 'running' || run.state === 'queued'
  return (
    <Panel title={going ? 'Checking' : `The checks are ${run.state}`} actions={runLink(run.run)}>
      <p role="status" className="text-muted tabular-nums">
        {going ? `${count(rows ?? run.rows)} rows are through. You can close this page.` : 'They stand still before their end. The run says why, and can go on.'}
      </p>
    </Panel>
  )
}
