import { clsx } from 'clsx'
import type { ComponentPropsWithRef, ReactNode } from 'react'
import { buttonClass, type ButtonLook } from './buttonClass'

export interface ButtonProps extends ComponentPropsWithRef<'button'> {
  look?: ButtonLook
  size?: 'small' | 'large'
  icon?: ReactNode
  /** Something is under way: the button keeps its width, cannot be pressed again, and says so to screen readers. */
  busy?: boolean
}

/** A button with a verb on it. One primary button a view. */
export function Button({ look = 'plain', size = 'small', icon, busy = false, className, children, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled === true || busy}
      aria-busy={busy || undefined}
      className={clsx(buttonClass(look, size), busy && 'animate-pulse', className)}
    >
      {icon}
      {children}
    </button>
  )
}
