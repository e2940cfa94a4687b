import { clsx } from 'clsx'
import type { ComponentPropsWithRef } from 'react'
import { fieldClass } from './field'

export interface Option<T extends string> {
  value: T
  label: string
  disabled?: boolean
}

export interface SelectProps<T extends string> extends Omit<ComponentPropsWithRef<'select'>, 'value' | 'onChange'> {
  value: T
  options: readonly Option<T>[]
  onChange: (value: T) => void
}

/** The browser's own select in our colours (theme.css): it is accessible everywhere, and a telephone shows its own wheel. */
export function Select<T extends string>({ value, options, onChange, className, ...rest }: SelectProps<T>) {
  return (
    <select
      {...rest}
      value={value}
      onChange={(event) => {
        const chosen = options.find((option) => option.value === event.target.value)
        if (chosen) onChange(chosen.value)
      }}
      className={clsx(fieldClass, 'ours h-7', className)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value} disabled={option.disabled}>
          {option.label}
        </option>
      ))}
    </select>
  )
}
