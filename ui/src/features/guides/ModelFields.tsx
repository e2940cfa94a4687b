import type { ReactNode } from 'react'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'

interface Control {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}

/** Draws the field in which a model is chosen. */
export type ModelField = (control: Control, value: string, onChange: (value: string) => void) => ReactNode

/** A model as it is typed: its name, and the address of its server. */
export interface TypedModel {
  model: string
  address: string
}

export interface ModelFieldsProps {
  value: TypedModel
  hint: ReactNode
  modelField: ModelField
  onChange: (value: TypedModel) => void
}

/** Which model is asked, and where. */
export function ModelFields({ value, hint, modelField, onChange }: ModelFieldsProps) {
  return (
    <>
      <Field label="Model" hint={hint}>
        {(control) => modelField(control, value.model, (model) => { onChange({ ...value, model }) })}
      </Field>
      <Field label="Address of its server" hint="For a server of your own; empty for the provider's.">
        {(control) => (
          <Input
            {...control}
            mono
            value={value.address}
            placeholder="http://127.0.0.1:11434/v1"
            onChange={(event) => {
              onChange({ ...value, address: event.target.value })
            }}
          />
        )}
      </Field>
    </>
  )
}

/** What a talk is told of it: nothing without a model. */
export function settingsOf({ model, address }: TypedModel): { model?: string; base_url?: string } {
  if (model.trim() === '') return {}
  return { model: model.trim(), ...(address.trim() !== '' && { base_url: address.trim() }) }
}
