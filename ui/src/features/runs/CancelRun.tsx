import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { useAct, type RunFacts } from './useRuns'

/** Asks before a run is cancelled. */
export function CancelRun({ project, run, onClose }: { project: string; run: RunFacts; onClose: () => void }) {
  const act = useAct(project, run.run)
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Cancel ${run.recipe} ${run.run}`}
      about="What it has still to do is cancelled, batches at their servers included. Rows that are kept and answers that were bought stay."
      actions={
        <>
          <Button onClick={onClose}>Keep running</Button>
          <Button look="danger" busy={act.isPending} onClick={() => { act.mutate({ act: 'cancel' }, { onSuccess: onClose }) }}>
            Cancel run
          </Button>
        </>
      }
    >
      {act.error && <ErrorPanel problem={asProblem(act.error)} />}
    </Dialog>
  )
}
