import { useId, type ReactNode } from 'react'

export interface FieldProps {
  label: string
  hint?: ReactNode
  error?: string | undefined
  /** Draws the control with the ids and marks that tie it to its label, hint and error. */
  children: (control: { id: string; 'aria-describedby': string | undefined; 'aria-invalid': true | undefined }) => ReactNode
}

/** A control with its label, a hint, and what is wrong with what was typed. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId()
  const said = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-label font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': said || undefined, 'aria-invalid': error === undefined ? undefined : true })}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-label text-muted">
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p id={`${id}-error`} role="alert" className="text-label text-bad">
          {error}
        </p>
      )}
    </div>
  )
}
