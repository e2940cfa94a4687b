import { useState } from 'react'
import { capOf } from '@/core/cap'
import { usd } from '@/core/format'
import { asProblem } from '@/core/problem'
import { sum } from '@/core/runs'
import { Button } from '@/ui/Button'
import { CapField } from '@/ui/CapField'
import { Checkbox } from '@/ui/Checkbox'
import { Dialog } from '@/ui/Dialog'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { useAct, type RunFacts } from './useRuns'

/** Goes on with a run, under another cap perhaps. */
export function ResumeRun({ project, run, onClose }: { project: string; run: RunFacts; onClose: () => void }) {
  const before = run.budget_usd ?? null
  const [cap, setCap] = useState(before === null ? '' : String(before))
  const [again, setAgain] = useState(true)
  const act = useAct(project, run.run)
  const failed = sum(run.failed)
  const { value, problem: fault } = capOf(cap)
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Resume ${run.recipe} ${run.run}`}
      about="It goes on from where it was; answers that were bought are not bought again."
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button look="primary" type="submit" form="resume" disabled={fault !== undefined} busy={act.isPending}>
            Resume run
          </Button>
        </>
      }
    >
      <form
        id="resume"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          act.mutate({ act: 'resume', more: { budget_usd: value, retry_failed: again } }, { onSuccess: onClose })
        }}
      >
        <CapField
          cap={cap}
          onCap={setCap}
          hint={`${run.cost_usd === null ? 'What it has spent is not known: a price is missing.' : `Spent so far: ${usd(run.cost_usd)}.`} Empty leaves the cap as it is.`}
        />
        {failed > 0 && (
          <label className="flex items-center gap-2">
            <Checkbox checked={again} onChange={setAgain} />
            Give {failed === 1 ? 'the failed row' : `the ${String(failed)} failed rows`} another attempt
          </label>
        )}
        {act.error && <ErrorPanel problem={asProblem(act.error)} />}
      </form>
    </Dialog>
  )
}
