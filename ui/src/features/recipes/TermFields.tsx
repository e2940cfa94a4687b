import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import type { Terms } from './terms'

export type { Terms }

export interface TermFieldsProps {
  terms: Terms
  faults: Partial<Record<keyof Terms, string>>
  onChange: (terms: Terms) => void
}

const fields: readonly { name: keyof Terms; label: string; hint: string; placeholder: string }[] = [
  { name: 'target', label: 'Rows to keep', hint: 'Goes on until so many are kept.', placeholder: 'what the recipe says' },
  { name: 'cap', label: 'Cap in USD', hint: 'Pauses before more than this is spent.', placeholder: 'none' },
  { name: 'into', label: 'Dataset', hint: 'The rows are committed into it.', placeholder: 'the name of the recipe' },
]

/** How much to make, what it may cost, and where it goes. */
export function TermFields({ terms, faults, onChange }: TermFieldsProps) {
  return (
    <div className="grid grid-cols-2 gap-3">
      {fields.map(({ name, label, hint, placeholder }) => (
        <div key={name} className={name === 'into' ? 'col-span-2' : undefined}>
          <Field label={label} hint={hint} error={faults[name]}>
            {(control) => (
              <Input
                {...control}
                inputMode={name === 'into' ? 'text' : 'decimal'}
                value={terms[name]}
                placeholder={placeholder}
                onChange={(event) => {
                  onChange({ ...terms, [name]: event.target.value })
                }}
              />
            )}
          </Field>
        </div>
      ))}
    </div>
  )
}
