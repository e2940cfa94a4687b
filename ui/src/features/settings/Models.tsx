import { Search } from 'lucide-react'
import { useState } from 'react'
import { compact, plural, usd } from '@/core/format'
import { asProblem } from '@/core/problem'
import { Badge } from '@/ui/Badge'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Input } from '@/ui/Input'
import { SkeletonList } from '@/ui/Skeleton'
import { Table, type Column } from '@/ui/Table'
import { Section } from './Section'
import { useModels, type ModelFacts } from './useSettings'

const most = 50
const price = (value: number | undefined) => (value === undefined ? <span className="text-muted">none known</span> : usd(value))

const columns: readonly Column<ModelFacts>[] = [
  { title: 'Model', cell: (one) => <span className="break-all">{one.model}</span> },
  {
    title: 'Key',
    cell: (one) => (one.key === false ? <Badge tone="warn">no key</Badge> : one.key === true ? <Badge tone="ok">key</Badge> : <Badge>needs none</Badge>),
  },
  { title: 'In', number: true, cell: (one) => price(one.price_in) },
  { title: 'Out', number: true, cell: (one) => price(one.price_out) },
  { title: 'Context', number: true, wide: true, cell: (one) => (one.context === undefined ? '' : compact(one.context)) },
  { title: 'Can', wide: true, cell: (one) => <span className="text-muted">{one.can?.join(', ')}</span> },
]

/** The models that are known, with their prices. */
export function Models() {
  const { models, error, refetch } = useModels()
  const [find, setFind] = useState('')
  const found = (models ?? []).filter((one) => one.model.toLowerCase().includes(find.toLowerCase()))
  return (
    <Section title="Models" about="Prices in US dollars for a million tokens. Any other model can be used by its name.">
      <Input
        type="search"
        icon={<Search />}
        aria-label="Search models"
        placeholder="Search models"
        className="max-w-100"
        value={find}
        onChange={(event) => { setFind(event.target.value) }}
      />
      {error && <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />}
      {!models && !error && <SkeletonList label="Loading models" />}
      {models && found.length === 0 && <p className="text-muted">No model that is known has this name. It can be used all the same.</p>}
      {found.length > 0 && <Table label="Models" items={found.slice(0, most)} columns={columns} keyOf={(one) => `${one.model} ${String(one.own)}`} />}
      {found.length > most && <p className="text-label text-muted">{plural(found.length - most, 'more model')}: search to narrow them.</p>}
    </Section>
  )
}
