import { languageName, markOf, type Assessed } from '@/core/quality'
import { plural } from '@/core/format'
import { Panel } from '@/ui/Panel'
import { Bars, Spread } from './Bars'
import type { MarkLink } from './marks'

const SHOWN = 12

/** What the checks have found, in figures; each leads to the rows behind it. */
export function Findings({ found, markLink }: { readonly found: Assessed; readonly markLink: MarkLink }) {
  const { run } = found
  const flagged = Object.entries(found.counts).filter(([, reasons]) => Object.keys(reasons).length > 0)
  const languages = Object.entries(found.languages).sort(([, one], [, other]) => other - one).slice(0, SHOWN)
  const doubtful = (found.labels?.matrix ?? []).filter(({ given, likely }) => given !== likely).slice(0, SHOWN)
  const scores = Object.entries(found.measures)
  const same = scores.filter(([, { bins }]) => bins.length === 1)
  const clusters = found.clusters.slice(0, SHOWN)
  return (
    <>
      <Panel title="Flags" about={flagged.length > 0 ? 'What was found, by check and reason. Each line shows its rows.' : 'No row was flagged.'}>
        {flagged.length > 0 && (
          <div className="grid grid-cols-1 gap-3 md:grid-cols-2">
            {flagged.map(([check, reasons]) => (
              <Box key={check} title={check}>
                <Bars
                  label={check}
                  markLink={markLink}
                  items={Object.entries(reasons)
                    .sort(([, one], [, other]) => other - one)
                    .map(([reason, rows]) => ({ mark: markOf(run, 'flag', check, reason), name: reason.replaceAll('_', ' '), rows, tone: 'bad' as const }))}
                />
              </Box>
            ))}
          </div>
        )}
      </Panel>
      <Panel title="Distributions" about="Each bar shows its rows.">
        <div className="grid grid-cols-1 gap-3 sm:grid-cols-2 lg:grid-cols-3">
          {Object.entries(found.lengths).map(([name, measure]) => (
            <Spread key={name} run={run} kind="words" name={name} measure={measure} unit="words" markLink={markLink} />
          ))}
          {scores.filter(([, { bins }]) => bins.length > 1).map(([name, measure]) => (
            <Spread key={name} run={run} kind="score" name={name} measure={measure} markLink={markLink} />
          ))}
        </div>
        {same.length > 0 && <p className="text-muted">The same in all rows: {same.map(([name, { low }]) => `${name} ${String(low ?? '')}`).join(', ')}.</p>}
      </Panel>
      {(languages.length > 0 || found.sources.length > 1 || doubtful.length > 0) && (
        <Panel title="What it is made of">
          <div className="grid grid-cols-1 items-start gap-3 md:grid-cols-2">
            {languages.length > 0 && (
              <Box title="Languages">
                <Bars label="Languages" markLink={markLink} items={languages.map(([code, rows]) => ({ mark: markOf(run, 'language', code), name: languageName(code), rows }))} />
              </Box>
            )}
            {found.sources.length > 1 && (
              <Box title="Sources">
                <Bars label="Sources" markLink={markLink} items={found.sources.slice(0, SHOWN).map(({ name, rows }) => ({ mark: markOf(run, 'source', name), name, rows }))} />
              </Box>
            )}
            {doubtful.length > 0 && (
              <Box title="Doubtful labels">
                <Bars
                  label="Doubtful labels"
                  markLink={markLink}
                  items={doubtful.map(({ given, likely, rows }) => ({ mark: markOf(run, 'label', given, likely), name: `${given}, likely ${likely}`, rows, tone: 'bad' as const }))}
                />
              </Box>
            )}
          </div>
        </Panel>
      )}
      {clusters.length > 0 && (
        <Panel title="Clusters" about="Rows that a check takes for one another, the largest first.">
          <ul className="divide-y divide-line rounded-panel border border-line bg-surface">
            {clusters.map(({ check, size, rows, text }) => (
              <li key={`${check} ${rows[0] ?? ''}`} className="flex items-baseline gap-3 px-3 py-1.5">
                {markLink(markOf(run, 'twins', check, rows[0] ?? ''), plural(size, 'row'), { className: 'shrink-0 font-medium underline decoration-line underline-offset-2 hover:text-accent tabular-nums' })}
                <span className="min-w-0 flex-1 truncate text-muted">{text.replace(/\s+/g, ' ')}</span>
                <span className="shrink-0 text-label text-muted max-sm:hidden">{check}</span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  )
}

function Box({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <section aria-label={title} className="min-w-0 rounded-panel border border-line bg-surface p-1.5">
      <h3 className="px-2 py-1 text-label font-medium text-muted">{title}</h3>
      {children}
    </section>
  )
}
