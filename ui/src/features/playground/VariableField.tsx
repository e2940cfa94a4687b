import { Field } from '@/ui/Field'
import { Select } from '@/ui/Select'
import { TextArea } from '@/ui/TextArea'
import type { Asks } from './usePlayground'

export interface VariableFieldProps {
  variable: Asks
  typed: string
  onType: (typed: string) => void
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** The value of one variable. Where nothing is typed, what the row or the prompt itself gives stands in its place. */
export function VariableField({ variable, typed, onType }: VariableFieldProps) {
  const { name, source, value, required, type, help, choices } = variable
  const fallback = source === 'row' || source === 'default' ? shown(value).slice(0, 240) : undefined
  const whence = { row: 'from the row', default: 'its default' }[source]
  const hint = [help, type !== null && type !== 'text' && `${type}, as JSON`, typed === '' && whence].filter(Boolean).join(' · ')
  return (
    <Field label={name} {...(hint !== '' && { hint })}>
      {(control) =>
        choices ? (
          <Select
            {...control}
            value={typed}
            options={[
              { value: '', label: fallback ?? (required ? `${shown(choices[0])} (the first)` : 'not set') },
              ...choices.map((choice) => ({ value: shown(choice), label: shown(choice) })),
            ]}
            onChange={onType}
          />
        ) : (
          <TextArea
            {...control}
            rows={1}
            value={typed}
            placeholder={fallback ?? (required ? 'needs a value' : 'not set')}
            onChange={(event) => { onType(event.target.value) }}
          />
        )
      }
    </Field>
  )
}
