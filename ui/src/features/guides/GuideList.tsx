import type { ReactNode } from 'react'
import { ago, count } from '@/core/format'
import { Badge } from '@/ui/Badge'
import { Panel } from '@/ui/Panel'
import { Table, type Column } from '@/ui/Table'
import { useGuides, type Listed } from './useGuides'

export interface GuideListProps {
  project: string
  linkTo: (guide: Listed) => ReactNode
  /** Those that are done are left out. */
  unfinished?: boolean
}

/** The talks of a project, with where they stand; nothing where there is none. */
export function GuideList({ project, linkTo, unfinished = false }: GuideListProps) {
  const guides = (useGuides(project).data?.items ?? []).filter((one) => !unfinished || one.phase !== 'done')
  if (guides.length === 0) return null
  const columns: Column<Listed>[] = [
    { title: 'Talk', cell: linkTo },
    { title: 'At', cell: (one) => <Badge tone={one.phase === 'done' ? 'ok' : 'neutral'}>{one.phase}</Badge> },
    { title: 'Known', number: true, wide: true, cell: (one) => `${count(one.known)} of ${count(one.known + one.assumed + one.open)}` },
    { title: 'Rows', number: true, cell: (one) => count(one.rows) },
    { title: 'Last turn', wide: true, cell: (one) => <span className="whitespace-nowrap text-muted">{ago(new Date(one.last_at * 1000))}</span> },
  ]
  return (
    <Panel title={unfinished ? 'Under way' : 'Talks'} about="Each turn is kept: go on where one stands.">
      <Table label="Talks" items={guides} columns={columns} keyOf={(one) => one.id} />
    </Panel>
  )
}
