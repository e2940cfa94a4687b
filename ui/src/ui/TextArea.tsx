import { clsx } from 'clsx'
import type { ComponentPropsWithRef } from 'react'
import { fieldClass } from './field'

export interface TextAreaProps extends ComponentPropsWithRef<'textarea'> {
  mono?: boolean
}

/** Text of several lines; it grows with what is typed. */
export function TextArea({ mono = false, className, rows = 3, ...rest }: TextAreaProps) {
  return (
    <textarea
      rows={rows}
      {...rest}
      className={clsx(fieldClass, 'field-sizing-content max-h-96 resize-y py-1', mono && 'font-mono text-mono', className)}
    />
  )
}
