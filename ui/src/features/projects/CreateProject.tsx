import { useState } from 'react'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { useCreateProject } from './useProjects'

export interface CreateProjectProps {
  onOpenChange: (open: boolean) => void
  onCreated: (project: string) => void
}

export function CreateProject({ onOpenChange, onCreated }: CreateProjectProps) {
  const [name, setName] = useState('')
  const create = useCreateProject()
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title="New project"
      about="A project holds datasets, recipes and runs, and has a budget of its own."
      actions={
        <Button look="primary" type="submit" form="create-project" disabled={name.trim() === ''} busy={create.isPending}>
          Create project
        </Button>
      }
    >
      <form
        id="create-project"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate(
            { body: { name: name.trim() } },
            {
              onSuccess: (made) => {
                onOpenChange(false)
                onCreated(made.name)
              },
            },
          )
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
                create.reset()
              }}
            />
          )}
        </Field>
        {create.error && <ErrorPanel problem={asProblem(create.error)} />}
      </form>
    </Dialog>
  )
}
