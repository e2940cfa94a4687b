import { count } from '@/core/format'
import { Panel } from '@/ui/Panel'
import { Table, type Column } from '@/ui/Table'
import { useAgreement, type ReviewsOf } from './useReviews'

interface Agreed {
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
  readonly rows: number
}

interface Line extends Agreed {
  readonly of: string
  readonly by: string
}

interface Names {
  readonly cohen: Readonly<Record<string, Agreed>>
  readonly fleiss: Agreed
  readonly alpha: Agreed
}

function linesOf(told: Readonly<Record<string, unknown>>): Line[] {
  const lines: Line[] = []
  for (const part of ['verdicts', 'labels']) {
    const { cohen, fleiss, alpha } = told[part] as Names
    for (const [pair, one] of Object.entries(cohen)) lines.push({ ...one, of: `${part}, ${pair.replace(' > ', ' and ')}`, by: 'Cohen’s kappa' })
    lines.push({ ...fleiss, of: part, by: 'Fleiss’ kappa' }, { ...alpha, of: part, by: 'Krippendorff’s alpha' })
  }
  lines.push({ ...(told['scores'] as Agreed), of: 'scores', by: 'Krippendorff’s alpha' })
  return lines.filter(({ rows }) => rows > 0)
}

const number = (value: number | null): string => (value === null ? 'not known' : value.toFixed(2))

const columns: readonly Column<Line>[] = [
  { title: 'Of', cell: ({ of }) => of },
  { title: 'Measure', wide: true, cell: ({ by }) => <span className="text-muted">{by}</span> },
  { title: 'Agreement', number: true, cell: ({ value }) => number(value) },
  { title: '95 % interval', number: true, wide: true, cell: ({ low, high }) => (low === null ? '' : `${number(low)} to ${number(high)}`) },
  { title: 'Rows', number: true, cell: ({ rows }) => count(rows) },
]

/** How far people agree who reviewed the same rows; nothing where no row has two reviewers. */
export function Agreement({ of }: { readonly of: ReviewsOf }) {
  const { data } = useAgreement(of)
  const lines = data ? linesOf(data) : []
  if (lines.length === 0) return null
  return (
    <Panel title="Agreement" about="1 is full agreement, 0 is what chance gives.">
      <Table label="Agreement" items={lines} columns={columns} keyOf={({ of: part, by }) => `${part} ${by}`} />
    </Panel>
  )
}
