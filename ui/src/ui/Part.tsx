import type { ReactNode } from 'react'

/** A part of what is told of a row. */
export function Part({ title, actions, children }: { readonly title: string; readonly actions?: ReactNode; readonly children: ReactNode }) {
  return (
    <section aria-label={title} className="border-t border-line py-3 first:border-t-0 first:pt-0">
      <div className="flex min-h-6 items-center justify-between gap-2 pb-1">
        <h3 className="truncate text-label font-medium text-muted">{title}</h3>
        {actions}
      </div>
      {children}
    </section>
  )
}
