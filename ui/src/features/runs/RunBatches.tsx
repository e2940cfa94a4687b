import { count, usd } from '@/core/format'
import { Badge } from '@/ui/Badge'
import { Panel } from '@/ui/Panel'
import { Table, type Column } from '@/ui/Table'
import type { RunFacts } from './useRuns'

type Batch = RunFacts['batches'][number]

const columns: readonly Column<Batch>[] = [
  { title: 'Batch', cell: (one) => <span className="font-mono text-mono">{one.id}</span> },
  { title: 'State', cell: (one) => <Badge tone={one.state === 'rejected' ? 'bad' : 'neutral'}>{one.state}</Badge> },
  { title: 'Done', number: true, cell: (one) => `${count(one.done)} of ${count(one.requests)}` },
  { title: 'Cost', number: true, cell: (one) => (one.cost_usd === null ? 'no price' : usd(one.cost_usd)) },
  { title: 'Server', wide: true, cell: (one) => <span className="text-muted">{one.server}</span> },
  { title: 'Detail', wide: true, cell: (one) => <span className="text-muted">{one.detail}</span> },
]

/** The batches in which answers are bought. */
export function RunBatches({ batches }: { batches: readonly Batch[] }) {
  return (
    <Panel title="Batches">
      <Table label="Batches" items={batches} columns={columns} keyOf={(one) => one.id} />
    </Panel>
  )
}
