import { useQueryClient } from '@tanstack/react-query'
import { Check } from 'lucide-react'
import { useState } from 'react'
import { client } from '@/api/client'
import { count, plural } from '@/core/format'
import { asProblem, type Problem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { toast } from '@/ui/toasts'
import { spoken, type RowsOf } from './source'
import { useUncommitted } from './useEdits'

interface Props {
  readonly of: RowsOf
  readonly version: string | undefined
  /** The rows are others now. */
  onChanged(): void
}

/** What was edited and is not committed yet, and the way to make it the next version. */
export function CommitButton({ of, version, onChanged }: Props) {
  const { data } = useUncommitted(of, version, true)
  const [open, setOpen] = useState(false)
  if (!data?.total) return null
  return (
    <>
      <Button look="primary" icon={<Check />} onClick={() => { setOpen(true) }}>
        Commit {plural(data.total, 'edited row')}
      </Button>
      {open && <CommitDialog of={of} version={version} edits={data} onClose={() => { setOpen(false) }} onChanged={onChanged} />}
    </>
  )
}

interface DialogProps extends Props {
  readonly edits: { readonly added: number; readonly removed: number; readonly changed: number; readonly fields: Readonly<Record<string, number>> }
  onClose(): void
}

function CommitDialog({ of: { project, dataset }, version, edits, onClose, onChanged }: DialogProps) {
  const cache = useQueryClient()
  const [message, setMessage] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const path = { project, dataset: spoken(dataset, version) }
  const branch = version ?? 'main'

  const done = async (act: () => Promise<string>) => {
    setBusy(true)
    try {
      toast(await act())
      onClose()
      onChanged()
      await cache.invalidateQueries()
    } catch (error) {
      setProblem(asProblem(error))
      setBusy(false)
    }
  }
  const commit = () => done(async () => {
    const body = { message, prefer: '' as const, resolve: [] }
    await client.POST('/api/v1/projects/{project}/datasets/{dataset}/commit', { params: { path }, body })
    return `Committed to ${branch}.`
  })
  const discard = () => done(async () => {
    await client.DELETE('/api/v1/projects/{project}/datasets/{dataset}/edits', { params: { path } })
    return `The edits of ${branch} are discarded. Undo brings them back.`
  })

  const facts = [[edits.changed, 'changed'], [edits.added, 'added'], [edits.removed, 'removed']] as const
  return (
    <Dialog
      open
      onOpenChange={(open) => { if (!open) onClose() }}
      title={`Commit to ${branch}`}
      about="The edits become the next version of the dataset, which never changes again."
      actions={
        <>
          <Button look="danger" disabled={busy} onClick={() => void discard()}>Discard edits</Button>
          <Button look="primary" busy={busy} onClick={() => void commit()}>Commit</Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          void commit()
        }}
      >
        <p className="tabular-nums">
          {facts.filter(([n]) => n > 0).map(([n, what]) => `${plural(n, 'row')} ${what}`).join(', ')}
          {Object.keys(edits.fields).length > 0 && (
            <span className="text-muted"> · {Object.entries(edits.fields).map(([name, n]) => `${name} ${count(n)}`).join(', ')}</span>
          )}
        </p>
        <Field label="Message" hint="What was done, for those who read the versions later.">
          {(control) => <Input {...control} value={message} onChange={(event) => { setMessage(event.target.value) }} />}
        </Field>
        {problem && <ErrorPanel problem={problem} />}
      </form>
    </Dialog>
  )
}
