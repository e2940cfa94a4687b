import { Ban, Play, RotateCcw, Square } from 'lucide-react'
import { useState } from 'react'
import { asProblem } from '@/core/problem'
import { canGoOn, isGoing, sum } from '@/core/runs'
import { Button } from '@/ui/Button'
import { toast } from '@/ui/toasts'
import { CancelRun } from './CancelRun'
import { ResumeRun } from './ResumeRun'
import { useAct, type RunFacts } from './useRuns'

/** What can be done with a run as it stands. */
export function RunActs({ project, run }: { project: string; run: RunFacts }) {
  const [asking, setAsking] = useState<'cancel' | 'resume'>()
  const act = useAct(project, run.run)
  const going = isGoing(run.state)
  const failed = sum(run.failed)
  const told = {
    onError: (error: unknown) => {
      const { what, fix } = asProblem(error)
      toast(`${what} ${fix}`, { tone: 'bad' })
    },
  }
  const close = () => {
    setAsking(undefined)
  }
  const busy = (wanted: string) => act.isPending && act.variables.act === wanted
  return (
    <>
      {(going || run.state === 'paused' || run.state === 'stopped') && (
        <Button look="danger" icon={<Ban />} disabled={act.isPending} onClick={() => { setAsking('cancel') }}>
          Cancel
        </Button>
      )}
      {going && (
        <Button icon={<Square />} busy={busy('stop')} onClick={() => { act.mutate({ act: 'stop' }, told) }}>
          Stop
        </Button>
      )}
      {!going && failed > 0 && (
        <Button
          icon={<RotateCcw />}
          busy={busy('resume')}
          onClick={() => { act.mutate({ act: 'resume', more: { budget_usd: null, retry_failed: true } }, told) }}
        >
          Retry {failed} failed
        </Button>
      )}
      {canGoOn(run) && (
        <Button look="primary" icon={<Play />} disabled={act.isPending} onClick={() => { setAsking('resume') }}>
          Resume
        </Button>
      )}
      {asking === 'cancel' && <CancelRun project={project} run={run} onClose={close} />}
      {asking === 'resume' && <ResumeRun project={project} run={run} onClose={close} />}
    </>
  )
}
