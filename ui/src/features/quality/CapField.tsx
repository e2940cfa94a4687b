import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { capOf } from './cap'

/** What may be spent at most. */
export function CapField({ cap, onCap }: { readonly cap: string; onCap(cap: string): void }) {
  return (
    <Field label="Cap in USD" hint="It pauses before more than this is spent." error={capOf(cap).problem}>
      {(control) => <Input {...control} inputMode="decimal" className="max-w-32" value={cap} onChange={(event) => { onCap(event.target.value) }} />}
    </Field>
  )
}
