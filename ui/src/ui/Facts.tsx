import type { ReactNode } from 'react'

export interface Fact {
  label: string
  value: ReactNode
  /** A line below the value. */
  note?: ReactNode
}

/** A few figures side by side, each with its name above it. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="grid grid-cols-2 overflow-hidden rounded-panel border border-line bg-surface sm:grid-cols-3 lg:auto-cols-fr lg:grid-flow-col lg:grid-cols-none">
      {facts.map(({ label, value, note }) => (
        <div key={label} className="-mt-px -ml-px flex min-w-0 flex-col gap-0.5 border-t border-l border-line px-3 py-2">
          <dt className="text-label text-muted">{label}</dt>
          <dd className="flex min-w-0 flex-col gap-1 tabular-nums">
            <span className="truncate text-title font-semibold">{value}</span>
            {note !== undefined && <span className="text-label text-muted">{note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  )
}
