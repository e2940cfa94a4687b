import type { ReactNode } from 'react'

export interface SectionProps {
  title: string
  about: string
  actions?: ReactNode
  children: ReactNode
}

/** One group of settings. */
export function Section({ title, about, actions, children }: SectionProps) {
  return (
    <section aria-label={title} className="flex flex-col gap-2">
      <div className="flex flex-wrap items-start justify-between gap-2">
        <div className="min-w-0">
          <h2 className="text-title font-semibold">{title}</h2>
          <p className="text-muted">{about}</p>
        </div>
        {actions}
      </div>
      {children}
    </section>
  )
}
