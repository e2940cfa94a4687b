import type { ProblemAt } from '@/core/problem'
import { fixHere, kindOf, sameAs, usual, type Parameter } from '@/core/recipes'
import { Checkbox } from '@/ui/Checkbox'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { Switch } from '@/ui/Switch'
import { TextArea } from '@/ui/TextArea'
import { ModelPicker } from './ModelPicker'

export interface ParameterFieldProps {
  name: string
  parameters: Readonly<Record<string, Parameter>>
  value: string
  problems: readonly ProblemAt[]
  onChange: (value: string) => void
}

/** One parameter of a recipe, with the control that fits it, its default, its help and what is wrong with it. */
export function ParameterField({ name, parameters, value, problems, onChange }: ParameterFieldProps) {
  const one = parameters[name] ?? {}
  const kind = kindOf(name, parameters)
  const same = sameAs(one)
  const error = problems.length > 0 ? problems.map(({ what, fix }) => `${what} ${fixHere(fix)}`.trim()).join(' ') : undefined
  const hint = kind === 'lines' ? `${one.help ?? ''}; one on each line`.replace(/, as a list(?=;)/, '') : one.help
  const placeholder = same !== undefined ? `that of ${same}` : one.optional === true ? 'unset' : undefined
  return (
    <Field label={name} hint={kind === 'agree' ? one.agree : hint} error={error}>
      {(control) => {
        if (kind === 'agree') {
          return (
            <span className="flex items-center gap-2">
              <Checkbox
                {...control}
                checked={value === 'true'}
                onChange={(agreed) => {
                  onChange(String(agreed))
                }}
              />
              <span>I agree</span>
            </span>
          )
        }
        if (kind === 'switch') {
          return (
            <Switch
              id={control.id}
              checked={value === 'true'}
              onChange={(on) => {
                onChange(String(on))
              }}
            />
          )
        }
        if (kind === 'model') return <ModelPicker {...control} value={value} placeholder={placeholder ?? 'provider/name'} onChange={onChange} />
        const change = (event: { target: { value: string } }) => {
          onChange(event.target.value)
        }
        const long = kind === 'lines' || kind === 'data' || usual(one, kind).length > 60
        if (long) return <TextArea {...control} mono={kind === 'data'} rows={2} value={value} placeholder={placeholder} onChange={change} />
        return <Input {...control} inputMode={kind === 'number' ? 'decimal' : 'text'} value={value} placeholder={placeholder} onChange={change} />
      }}
    </Field>
  )
}
