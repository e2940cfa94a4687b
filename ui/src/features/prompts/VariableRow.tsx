import { lines, read, readLines, shown, whenceOf, withWhence, type Variable, type Whence } from '@/core/prompts'
import { Button } from '@/ui/Button'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { Select } from '@/ui/Select'
import { TextArea } from '@/ui/TextArea'

export interface VariableRowProps {
  name: string
  /** Undefined: it is used, but nothing declares it. */
  variable: Variable | undefined
  used: boolean
  onChange: (variable: Variable | undefined) => void
  onDeclare: () => void
}

const types = ['', 'text', 'integer', 'number', 'boolean', 'list', 'mapping'] as const
const whences: readonly { value: Whence; label: string }[] = [
  { value: 'rows', label: 'Each row, or the recipe' },
  { value: 'default', label: 'A default' },
  { value: 'optional', label: 'May stay unset' },
  { value: 'expand', label: 'Each of several values' },
]

/** One variable of a prompt: what it is, and where its value comes from. */
export function VariableRow({ name, variable, used, onChange, onDeclare }: VariableRowProps) {
  return (
    <li className="flex flex-col gap-2 border-b border-line px-3 py-2 last:border-b-0">
      <div className="flex flex-wrap items-center gap-2">
        <code className="font-mono text-mono font-medium">{name}</code>
        {!used && <span className="text-label text-warn">no text uses it</span>}
        {!variable && <span className="text-label text-muted">not declared: each row gives it</span>}
        <span className="flex-1" />
        {variable ? (
          <Button look="quiet" onClick={() => { onChange(undefined) }} aria-label={`Declare ${name} no longer`}>Remove</Button>
        ) : (
          <Button onClick={onDeclare} aria-label={`Declare ${name}`}>Declare</Button>
        )}
      </div>
      {variable && <Declared name={name} variable={variable} onChange={onChange} />}
    </li>
  )
}

function Declared({ name, variable, onChange }: { name: string; variable: Variable; onChange: (variable: Variable) => void }) {
  const whence = whenceOf(variable)
  return (
    <div className="grid grid-cols-1 gap-2 sm:grid-cols-2">
      <Field label={`What ${name} is`}>
        {(control) => <Input {...control} value={variable.help} onChange={(event) => { onChange({ ...variable, help: event.target.value }) }} />}
      </Field>
      <Field label={`Type of ${name}`}>
        {(control) => (
          <Select
            {...control}
            value={(variable.type ?? '') as (typeof types)[number]}
            options={types.map((value) => ({ value, label: value === '' ? 'anything' : value }))}
            onChange={(type) => { onChange({ ...variable, type: type === '' ? null : type }) }}
          />
        )}
      </Field>
      <Field label={`Value of ${name} from`}>
        {(control) => <Select {...control} value={whence} options={whences} onChange={(next) => { onChange(withWhence(variable, next)) }} />}
      </Field>
      {whence === 'default' && (
        <Field label={`Default of ${name}`}>
          {(control) => (
            <Input
              {...control}
              value={shown(variable.default)}
              onChange={(event) => { onChange({ ...variable, default: read(event.target.value, variable.type) }) }}
            />
          )}
        </Field>
      )}
      {whence === 'expand' && (
        <Lines
          label={`Values of ${name}, one a line`}
          values={variable.expand}
          type={variable.type}
          onChange={(expand) => { onChange({ ...variable, expand: expand ?? [''] }) }}
        />
      )}
      <Lines
        label={`Choices of ${name}, one a line`}
        values={variable.choices}
        type={variable.type}
        onChange={(choices) => { onChange({ ...variable, choices }) }}
      />
    </div>
  )
}

interface LinesProps {
  label: string
  values: readonly unknown[] | null
  type: string | null
  onChange: (values: unknown[] | null) => void
}

function Lines({ label, values, type, onChange }: LinesProps) {
  return (
    <Field label={label}>
      {(control) => (
        <TextArea
          {...control}
          key={type}
          rows={1}
          defaultValue={lines(values)}
          placeholder="any"
          onChange={(event) => { onChange(readLines(event.target.value, type)) }}
        />
      )}
    </Field>
  )
}
