import { useState } from 'react'
import type { Problem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'

export interface NameProjectProps {
  title: string
  about: string
  /** What the button says. */
  verb: string
  /** The name that it has. */
  was?: string
  busy: boolean
  problem: Problem | undefined
  onOpenChange: (open: boolean) => void
  /** The name is another one: what was wrong with it is old. */
  onEdit: () => void
  onName: (name: string) => void
}

/** Asks for the name of a project. */
export function NameProject({ title, about, verb, was = '', busy, problem, onOpenChange, onEdit, onName }: NameProjectProps) {
  const [name, setName] = useState(was)
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title={title}
      about={about}
      actions={
        <Button look="primary" type="submit" form="name-project" disabled={name.trim() === '' || name.trim() === was} busy={busy}>
          {verb}
        </Button>
      }
    >
      <form
        id="name-project"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          onName(name.trim())
        }}
      >
        <Field label="Name" hint="Letters, digits, - and _.">
          {(control) => (
            <Input
              {...control}
              value={name}
              placeholder="support-bot"
              onChange={(event) => {
                setName(event.target.value)
                onEdit()
              }}
            />
          )}
        </Field>
        {problem && <ErrorPanel problem={problem} />}
      </form>
    </Dialog>
  )
}
