import { clsx } from 'clsx'
import type { ComponentPropsWithRef, ReactNode } from 'react'
import { fieldClass } from './field'

export interface InputProps extends ComponentPropsWithRef<'input'> {
  /** A picture in front, such as a magnifying glass. */
  icon?: ReactNode
  mono?: boolean
}

export function Input({ icon, mono = false, className, ...rest }: InputProps) {
  const input = (
    <input
      autoComplete="off"
      spellCheck={false}
      {...rest}
      className={clsx(fieldClass, 'h-7', mono && 'font-mono text-mono', icon !== undefined && 'pl-7', icon === undefined && className)}
    />
  )
  if (icon === undefined) return input
  return (
    <span className={clsx('relative block', className)}>
      <span className="pointer-events-none absolute inset-y-0 left-2 flex items-center text-muted [&_svg]:size-3.5">{icon}</span>
      {input}
    </span>
  )
}
