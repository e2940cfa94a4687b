import type { ReactNode } from 'react'
import { capOf } from '@/core/cap'
import { Field } from './Field'
import { Input } from './Input'

export interface CapFieldProps {
  readonly cap: string
  readonly onCap: (cap: string) => void
  readonly hint?: ReactNode
}

/** What may be spent at most, as it is typed. */
export function CapField({ cap, onCap, hint }: CapFieldProps) {
  return (
    <Field label="Cap in USD" hint={hint} error={capOf(cap).problem}>
      {(control) => (
        <Input {...control} inputMode="decimal" className="max-w-32" value={cap} placeholder="none" onChange={(event) => { onCap(event.target.value) }} />
      )}
    </Field>
  )
}
