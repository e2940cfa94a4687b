import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'

type Parameters = Readonly<Record<string, unknown>>

const numbers = [
  ['temperature', 'Temperature', '0 to 2'],
  ['top_p', 'Top p', 'above 0, to 1'],
  ['max_tokens', 'Most tokens', 'of an answer'],
] as const

/** How a model is to be asked with the prompt; what a recipe says of its model goes before. Other parameters of a file are kept as they are. */
export function Parameters({ parameters, onChange }: { parameters: Parameters; onChange: (parameters: Record<string, unknown>) => void }) {
  const others = Object.entries(parameters).filter(([name]) => !numbers.some(([known]) => known === name))
  return (
    <div className="flex flex-col gap-2">
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
        {numbers.map(([name, label, hint]) => (
          <Field key={name} label={label} hint={hint}>
            {(control) => (
              <Input
                {...control}
                type="number"
                step="any"
                value={typeof parameters[name] === 'number' ? String(parameters[name]) : ''}
                placeholder="not set"
                onChange={(event) => {
                  const { [name]: _, ...rest } = parameters
                  onChange(event.target.value === '' ? rest : { ...rest, [name]: event.target.valueAsNumber })
                }}
              />
            )}
          </Field>
        ))}
      </div>
      {others.length > 0 && (
        <p className="text-label text-muted">Also set: {others.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join(', ')}</p>
      )}
    </div>
  )
}
