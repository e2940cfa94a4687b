import { clsx } from 'clsx'
import type { ComponentPropsWithRef, ReactNode } from 'react'

const looks = {
  primary: 'border-accent bg-accent text-accent-fg enabled:hover:brightness-110',
  plain: 'border-control-line bg-surface text-fg enabled:hover:bg-raised',
  quiet: 'border-transparent bg-transparent text-fg enabled:hover:bg-raised',
  danger: 'border-bad bg-surface text-bad enabled:hover:bg-removed',
}

export interface ButtonProps extends ComponentPropsWithRef<'button'> {
  look?: keyof typeof looks
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
      className={clsx(
        'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-control border font-medium whitespace-nowrap transition-colors select-none',
        'disabled:opacity-50 [&_svg]:size-3.5 [&_svg]:shrink-0',
        size === 'small' ? 'h-7 px-2.5 text-label' : 'h-8 px-3 text-body',
        busy && 'animate-pulse',
        looks[look],
        className,
      )}
    >
      {icon}
      {children}
    </button>
  )
}
