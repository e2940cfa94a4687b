import { useState } from 'react'
import { queries } from '@/api/client'
import type { CellValue } from '@/core/grid/source'
import { asProblem } from '@/core/problem'
import { spanWithin } from '@/core/rows/origin'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Skeleton } from '@/ui/Skeleton'
import { FieldValue } from '@/ui/values/FieldValue'

interface Props {
  readonly project: string
  readonly parent: string
  /** The origin of the row that was made of it. */
  readonly origin: Readonly<Record<string, unknown>>
}

/** A row that another one was made of: shown when it is opened, with the characters marked that the other came from. */
export function ParentRow({ project, parent, origin }: Props) {
  const [open, setOpen] = useState(false)
  return (
    <details className="mt-1 rounded-panel border border-line p-2" onToggle={(event) => { setOpen(event.currentTarget.open) }}>
      <summary className="cursor-default">
        made of <span className="font-mono text-mono">{parent.slice(0, 12)}</span>
      </summary>
      {open && <Opened project={project} parent={parent} origin={origin} />}
    </details>
  )
}

function Opened({ project, parent, origin }: Props) {
  const { data, error, isPending, refetch } = queries.useQuery('get', '/api/v1/projects/{project}/rows/{row}/origin', {
    params: { path: { project, row: parent } },
  })
  if (isPending) return <Skeleton className="mt-2 h-16" />
  if (error) return <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />
  const span = spanWithin(origin, data.origin)
  return (
    <div className="mt-2 flex flex-col gap-2">
      {Object.entries(data.data).map(([name, value]) => (
        <div key={name}>
          <p className="text-label text-muted">{name}</p>
          <FieldValue
            kind="json"
            value={value as CellValue}
            marks={span && name === 'text' ? [{ column: name, span, about: 'The row came from here.' }] : []}
          />
        </div>
      ))}
      {data.parents.map((further) => <ParentRow key={further} project={project} parent={further} origin={data.origin} />)}
    </div>
  )
}
