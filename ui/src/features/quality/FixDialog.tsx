import { useState } from 'react'
import { plural } from '@/core/format'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { toast } from '@/ui/toasts'
import { capOf } from '@/core/cap'
import { CapField } from '@/ui/CapField'
import { ModelField } from './ModelField'
import { useFix, type QualityOf } from './useQuality'

interface Props {
  readonly of: QualityOf
  readonly run: string
  readonly why: string
  readonly rows: number
  onClose(): void
}

/** Has a model write flagged texts anew; what then passes the same checks becomes the next version. */
export function FixDialog({ of, run, why, rows, onClose }: Props) {
  const [model, setModel] = useState('')
  const [cap, setCap] = useState('1')
  const fix = useFix(of, run)
  const { value, problem } = capOf(cap)
  const sound = model.trim() !== '' && problem === undefined
  const act = () => {
    if (!sound) return
    fix.mutate({ why, model: model.trim(), budget_usd: value }, {
      onSuccess: (done) => {
        toast(`${plural(done.fixed, 'row')} repaired, ${String(done.still_flagged)} still flagged, ${String(done.refused)} refused as worse.`)
        onClose()
      },
    })
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => { if (!open && !fix.isPending) onClose() }}
      title={`Repair ${plural(rows, 'row')} flagged by ${why}`}
      about="A model sees each row and its flags and writes the flagged texts anew. Only what then passes the same checks, and is no worse, is committed."
      actions={
        <>
          <Button disabled={fix.isPending} onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="fix" disabled={!sound} busy={fix.isPending}>{fix.isPending ? 'Repairing' : 'Repair'}</Button>
        </>
      }
    >
      <form
        id="fix"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          act()
        }}
      >
        <Field label="Model">{(control) => <ModelField {...control} value={model} onChange={setModel} />}</Field>
        <CapField cap={cap} onCap={setCap} hint="It pauses before more than this is spent." />
        {fix.isPending && <p role="status" className="text-muted">This is a run: its progress stands in Runs, and closing the tab changes nothing.</p>}
        {fix.error && <ErrorPanel problem={asProblem(fix.error)} />}
      </form>
    </Dialog>
  )
}
