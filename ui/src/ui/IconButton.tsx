import { clsx } from 'clsx'
import type { ComponentPropsWithRef, ReactNode } from 'react'
import { tip, type Side } from './tip'

export interface IconButtonProps extends Omit<ComponentPropsWithRef<'button'>, 'aria-label'> {
  /** What it does: read to screen readers, shown as a tooltip. */
  label: string
  keys?: string | undefined
  pressed?: boolean
  side?: Side
  children: ReactNode
}

/** A button that is only a picture, with its name in a tooltip. */
export function IconButton({ label, keys, pressed, side, className, children, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      {...tip(label, keys, side)}
      aria-label={label}
      aria-pressed={pressed}
      className={clsx(
        'inline-flex size-7 shrink-0 items-center justify-center rounded-control text-muted transition-colors enabled:hover:bg-raised enabled:hover:text-fg',
        'aria-pressed:bg-selected aria-pressed:text-accent data-[state=open]:bg-raised data-[state=open]:text-fg disabled:opacity-50 [&_svg]:size-4',
        className,
      )}
    >
      {children}
    </button>
  )
}
