import { count } from '@/core/format'
import { Badge } from '@/ui/Badge'
import { Panel } from '@/ui/Panel'
import { Progress } from '@/ui/Progress'
import { ItemRow } from './ItemRow'
import type { Guide, Say } from './useGuides'

/** The brief as it grows: what is known, assumed and open, each with what shows it; and in what the rows will differ. */
export function BriefView({ guide, say }: { guide: Guide; say: Say }) {
  const needed = guide.items.filter((item) => item.required)
  const there = needed.filter((item) => item.state !== 'open').length
  const busy = guide.doing !== null || say.isPending || guide.phase === 'done'
  const { attributes, edge_cases, edge_share } = guide
  return (
    <div className="flex flex-col gap-6">
      <Panel
        title="Brief"
        about="Write into it, or answer in the talk."
        actions={
          <span className="flex items-center gap-2 text-label text-muted tabular-nums">
            <span className="w-20">
              <Progress label="Needed items that are there" share={there / needed.length} tone={there === needed.length ? 'ok' : 'accent'} />
            </span>
            {count(there)} of {count(needed.length)} needed
          </span>
        }
      >
        <ul aria-label="Checklist" className="divide-y divide-line rounded-panel border border-line bg-surface">
          {guide.items.map((item) => (
            <ItemRow key={item.name} item={item} asked={guide.asked === item.name} busy={busy} say={say} />
          ))}
        </ul>
      </Panel>
      {(Object.keys(attributes).length > 0 || edge_cases.length > 0) && (
        <Panel title="Rows differ in" about="Each row has one value of each; values occur equally often.">
          <dl className="flex flex-col gap-2 rounded-panel border border-line bg-surface p-3">
            {Object.entries(attributes).map(([name, values]) => (
              <div key={name} className="flex flex-wrap items-center gap-1.5">
                <dt className="mr-1 text-muted">{name.replaceAll('_', ' ')}</dt>
                {values.map((value) => (
                  <dd key={value} className="max-w-full">
                    <Badge>{value}</Badge>
                  </dd>
                ))}
              </div>
            ))}
            {edge_cases.length > 0 && (
              <div className="flex flex-wrap items-center gap-1.5">
                <dt className="mr-1 text-muted">edge cases, {Math.round(edge_share * 100)} % of the rows</dt>
                {edge_cases.map((value) => (
                  <dd key={value} className="max-w-full">
                    <Badge>{value}</Badge>
                  </dd>
                ))}
              </div>
            )}
          </dl>
        </Panel>
      )}
    </div>
  )
}
