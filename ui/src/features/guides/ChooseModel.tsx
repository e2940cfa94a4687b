import { useState, type ReactNode } from 'react'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { useSay } from './useGuides'

interface Control {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}

/** Draws the field in which a model is chosen. */
export type ModelField = (control: Control, value: string, onChange: (value: string) => void) => ReactNode

export interface ChooseModelProps {
  project: string
  guide: string
  modelField: ModelField
  keysLink: ReactNode
  onChosen: () => void
}

/** Samples and rows need a model, and the talk has none yet. */
export function ChooseModel({ project, guide, modelField, keysLink, onChosen }: ChooseModelProps) {
  const [model, setModel] = useState('')
  const [address, setAddress] = useState('')
  const set = useSay(project, guide)
  return (
    <form
      className="flex flex-col gap-4 rounded-panel border border-line bg-surface p-4"
      onSubmit={(event) => {
        event.preventDefault()
        const settings = { model: model.trim(), ...(address.trim() !== '' && { base_url: address.trim() }) }
        if (model.trim() !== '') set.mutate({ settings }, { onSuccess: onChosen })
      }}
    >
      <Field label="Model" hint={<>Samples and rows are written by a model. {keysLink}</>}>
        {(control) => modelField(control, model, setModel)}
      </Field>
      <Field label="Address of its server" hint="For a server of your own; empty for the provider's.">
        {(control) => (
          <Input
            {...control}
            mono
            value={address}
            onChange={(event) => {
              setAddress(event.target.value)
            }}
          />
        )}
      </Field>
      {set.error && <ErrorPanel problem={asProblem(set.error)} />}
      <Button type="submit" look="primary" className="self-start" disabled={model.trim() === ''} busy={set.isPending}>
        Make the samples
      </Button>
    </form>
  )
}
