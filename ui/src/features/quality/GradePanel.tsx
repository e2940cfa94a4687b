import { count, usd } from '@/core/format'
import { markOf, measuredOn, toneOf, type Assessed, type PartFacts } from '@/core/quality'
import { Badge } from '@/ui/Badge'
import { Panel } from '@/ui/Panel'
import { Progress } from '@/ui/Progress'
import { Table, type Column } from '@/ui/Table'
import type { MarkLink } from './marks'

const colours = { ok: 'border-ok text-ok', warn: 'border-warn text-warn', bad: 'border-bad text-bad' }

const differ = (low: number, high: number): boolean => low.toFixed(2) !== high.toFixed(2)

/** The grade, and the parts that it is made of, each with what it counts for. */
export function GradePanel({ found, markLink }: { readonly found: Assessed; readonly markLink: MarkLink }) {
  const unread = Object.values(found.unread).reduce((sum, rows) => sum + rows, 0)
  const what = ({ name, flagged, what: said }: PartFacts) =>
    flagged > 0 && name in found.counts
      ? markLink(markOf(found.run, 'flag', name), said, { className: 'underline decoration-line underline-offset-2 hover:text-accent' })
      : <span className="text-muted">{said}</span>
  const columns: readonly Column<PartFacts>[] = [
    {
      title: 'Part',
      cell: (part) => (
        <>
          <span className="font-medium sm:whitespace-nowrap">{part.name}</span>
          <span className="block text-label sm:hidden">{what(part)}</span>
        </>
      ),
    },
    { title: 'Grade', cell: ({ grade }) => <Badge tone={toneOf(grade)}>{grade}</Badge> },
    {
      title: 'Score',
      cell: ({ name, grade, score, low, high }) => (
        <div className="flex items-center gap-2 sm:min-w-28">
          <div className="hidden w-16 shrink-0 sm:block"><Progress label={`Score of ${name}`} share={score} tone={toneOf(grade)} /></div>
          <span className="whitespace-nowrap tabular-nums">
            {score.toFixed(2)}
            {differ(low, high) && <span className="block text-label text-muted sm:inline"> ({low.toFixed(2)} to {high.toFixed(2)})</span>}
          </span>
        </div>
      ),
    },
    { title: 'Weight', number: true, wide: true, cell: ({ weight }) => weight },
    { title: 'Measured on', number: true, wide: true, cell: (part) => <span className="text-muted">{measuredOn(part)}</span> },
    { title: 'Found', wide: true, cell: what },
  ]
  return (
    <Panel title="Grade">
      <div className="flex flex-wrap items-center gap-x-5 gap-y-2">
        <span className={`flex size-14 items-center justify-center rounded-panel border-2 text-[28px] font-semibold ${colours[toneOf(found.grade)]}`}>
          {found.grade || '–'}
        </span>
        <div className="min-w-0">
          <p className="text-title font-semibold tabular-nums">
            {found.score.toFixed(2)} of 1
            {found.interval && differ(...found.interval) && <span className="font-normal text-muted"> ({found.interval[0].toFixed(2)} to {found.interval[1].toFixed(2)})</span>}
          </p>
          <p className="text-muted tabular-nums">
            {count(found.rows)} rows of version <span className="font-mono text-mono">{found.version.slice(0, 12)}</span>
            {found.between && `, between ${found.between[0]} and ${found.between[1]}`}
            {found.cost_per_row_usd !== null && found.cost_per_row_usd > 0 && `, ${usd(found.cost_per_row_usd)} a row`}
            {unread > 0 && <span className="text-warn">, {count(unread)} could not be checked</span>}
          </p>
        </div>
      </div>
      <Table label="Parts of the grade" items={found.parts} columns={columns} keyOf={({ name }) => name} />
      {found.notes.map((note) => <p key={note} className="text-label text-muted">{note}</p>)}
    </Panel>
  )
}
