import { Database } from 'lucide-react'
import type { ReactNode } from 'react'
import { EmptyState } from '@/ui/EmptyState'

export interface NoDatasetsProps {
  /** The ways to a first dataset: each says what it is, and has its button. */
  ways: readonly { title: string; about: ReactNode; act: ReactNode }[]
}

/** The ways to a first dataset. */
export function NoDatasets({ ways }: NoDatasetsProps) {
  return (
    <EmptyState icon={<Database />} title="What is the data for?">
      <p>A dataset is rows with all their versions. Begin in one of these ways.</p>
      <ul className="mt-4 flex w-full flex-col gap-2 text-left">
        {ways.map((way) => (
          <li key={way.title} className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-panel border border-line bg-surface p-3">
            <div className="min-w-50 flex-1">
              <h3 className="font-medium text-fg">{way.title}</h3>
              <p className="text-pretty">{way.about}</p>
            </div>
            {way.act}
          </li>
        ))}
      </ul>
    </EmptyState>
  )
}
