import { clsx } from 'clsx'

const looks = {
  primary: 'border-accent bg-accent text-accent-fg enabled:hover:brightness-110',
  plain: 'border-control-line bg-surface text-fg enabled:hover:bg-raised',
  quiet: 'border-transparent bg-transparent text-fg enabled:hover:bg-raised',
  danger: 'border-bad bg-surface text-bad enabled:hover:bg-removed',
}

export type ButtonLook = keyof typeof looks

/** How a button looks, for links that are acts, too. */
export function buttonClass(look: ButtonLook = 'plain', size: 'small' | 'large' = 'small'): string {
  return clsx(
    'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-control border font-medium whitespace-nowrap transition-colors select-none',
    'disabled:opacity-50 [&_svg]:size-3.5 [&_svg]:shrink-0',
    size === 'small' ? 'h-7 px-2.5 text-label' : 'h-8 px-3 text-body',
    looks[look],
  )
}
