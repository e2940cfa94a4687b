import type { ReactNode } from 'react'

export interface PageHeaderProps {
  title: string
  about?: ReactNode
  actions?: ReactNode
}

/** The head of a page: its name, a line on it, and its acts, the main one last. */
export function PageHeader({ title, about, actions }: PageHeaderProps) {
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
      <div className="min-w-0">
        <h1 className="text-page font-semibold break-words">{title}</h1>
        {about !== undefined && <p className="text-muted">{about}</p>}
      </div>
      {actions !== undefined && <div className="flex flex-wrap gap-2">{actions}</div>}
    </header>
  )
}
