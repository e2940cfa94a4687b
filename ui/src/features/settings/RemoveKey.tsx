import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { toast } from '@/ui/toasts'
import { useRemoveKey, type KeyFacts } from './useSettings'

/** Asks before a key is forgotten. */
export function RemoveKey({ facts, onClose }: { facts: KeyFacts; onClose: () => void }) {
  const remove = useRemoveKey()
  const { name, address, project } = facts
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Remove ${name}`}
      about={`Runs that need it for ${address} pause until it is added again.`}
      actions={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button
            look="danger"
            busy={remove.isPending}
            onClick={() => {
              const query = { url: address, ...(project !== null && { project }) }
              remove.mutate(
                { params: { path: { name }, query } },
                {
                  onSuccess: () => {
                    onClose()
                    toast(`${name} is removed.`)
                  },
                },
              )
            }}
          >
            Remove key
          </Button>
        </>
      }
    >
      {remove.error && <ErrorPanel problem={asProblem(remove.error)} />}
    </Dialog>
  )
}
