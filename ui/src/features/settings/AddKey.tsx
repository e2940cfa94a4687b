import { useState } from 'react'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { toast } from '@/ui/toasts'
import { useAddKey } from './useSettings'

/** Takes a key in. What is typed is hidden, goes to the server alone, and is forgotten with the dialog. */
export function AddKey({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('')
  const [key, setKey] = useState('')
  const [url, setUrl] = useState('')
  const add = useAddKey()
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Add key"
      about="It replaces one that is kept for the same address."
      actions={
        <Button look="primary" type="submit" form="add-key" disabled={name.trim() === '' || key.trim() === ''} busy={add.isPending}>
          Add key
        </Button>
      }
    >
      <form
        id="add-key"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          add.mutate(
            { body: { name: name.trim(), key: key.trim(), url: url.trim() === '' ? null : url.trim(), keyring: false } },
            {
              onSuccess: (kept) => {
                onClose()
                toast(`${kept.name} is kept for ${kept.address}.`)
              },
            },
          )
        }}
      >
        <Field label="Provider" hint="Its name, such as openai, or the environment variable that the key stands for.">
          {(control) => <Input {...control} value={name} placeholder="openai" onChange={(event) => { setName(event.target.value) }} />}
        </Field>
        <Field label="Key" hint="Hidden while you type, and never shown again.">
          {(control) => (
            <Input {...control} type="password" autoComplete="new-password" value={key} onChange={(event) => { setKey(event.target.value) }} />
          )}
        </Field>
        <Field label="Address" hint="Where it is sent to; empty is the provider's own.">
          {(control) => <Input {...control} inputMode="url" value={url} placeholder="https://" onChange={(event) => { setUrl(event.target.value) }} />}
        </Field>
        {add.error && <ErrorPanel problem={asProblem(add.error)} />}
      </form>
    </Dialog>
  )
}
