import { plural } from '@/core/format'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { toast } from '@/ui/toasts'
import { useRemove, type QualityOf } from './useQuality'

interface Props {
  readonly of: QualityOf
  readonly run: string
  readonly why: string
  readonly rows: number
  onClose(): void
}

/** Takes flagged rows out, as a new version, which can be restored. */
export function RemoveDialog({ of, run, why, rows, onClose }: Props) {
  const remove = useRemove(of, run)
  const act = () => {
    remove.mutate([why], {
      onSuccess: (done) => {
        toast(`${plural(done.rows_before - done.rows, 'row')} removed: version ${done.version.slice(0, 12)}.`)
        onClose()
      },
    })
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => { if (!open) onClose() }}
      title={`Remove ${plural(rows, 'row')} flagged by ${why}`}
      about="The rows that are left become the next version of the dataset. The version before stays, and can be restored in Versions."
      actions={
        <>
          <Button onClick={onClose}>Keep them</Button>
          <Button look="danger" busy={remove.isPending} onClick={act}>Remove {plural(rows, 'row')}</Button>
        </>
      }
    >
      {remove.error && <ErrorPanel problem={asProblem(remove.error)} />}
    </Dialog>
  )
}
