import type { ReactNode } from 'react'

export interface EmptyStateProps {
  icon?: ReactNode
  title: string
  children?: ReactNode
  actions?: ReactNode
}

/** What stands where nothing is yet: it says what belongs here and leads on. */
export function EmptyState({ icon, title, children, actions }: EmptyStateProps) {
  return (
    <div className="mx-auto flex max-w-120 flex-col items-center gap-2 px-4 py-16 text-center">
      {icon !== undefined && <div className="mb-1 text-muted [&_svg]:size-6 [&_svg]:stroke-[1.5]">{icon}</div>}
      <h2 className="text-title font-semibold">{title}</h2>
      {children !== undefined && <div className="text-balance text-muted">{children}</div>}
      {actions !== undefined && <div className="mt-2 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  )
}
