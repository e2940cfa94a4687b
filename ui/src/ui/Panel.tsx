import { useId, type ReactNode } from 'react'

export interface PanelProps {
  title: string
  about?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

/** A part of a page with its title. */
export function Panel({ title, about, actions, children }: PanelProps) {
  const id = useId()
  return (
    <section aria-labelledby={id} className="flex min-w-0 flex-col gap-2">
      <div className="flex flex-wrap items-end justify-between gap-2">
        <div className="min-w-0">
          <h2 id={id} className="text-title font-semibold">
            {title}
          </h2>
          {about !== undefined && <p className="text-muted">{about}</p>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  )
}
