import { clsx } from 'clsx'
import { count } from '@/core/format'
import { bars, sum, words, type Passage } from '@/core/runs'

const parts = [
  { name: 'passed', colour: 'bg-ok' },
  { name: 'pending', colour: 'bg-control-line' },
  { name: 'dropped', colour: 'bg-warn' },
  { name: 'failed', colour: 'bg-bad' },
] as const

const columns = ['Came', 'Made', 'Passed', 'Dropped', 'Failed']

/** The steps of a run, one below the other: what came and passed, what was made, and what was dropped and failed by its reason. */
export function Funnel({ funnel }: { funnel: readonly Passage[] }) {
  return (
    <div className="overflow-x-auto rounded-panel border border-line bg-surface">
      <table aria-label="Funnel" className="w-full border-collapse tabular-nums">
        <thead>
          <tr className="h-8 border-b border-line bg-raised text-label text-muted">
            <th scope="col" className="px-3 text-left font-medium">
              Step
            </th>
            <th scope="col" className="hidden w-1/4 px-3 text-left font-medium md:table-cell">
              <span className="sr-only">Shares</span>
            </th>
            {columns.map((title) => (
              <th key={title} scope="col" className={clsx('px-2 text-right font-medium sm:px-3', title === 'Made' && 'hidden sm:table-cell')}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {funnel.map((one, index) => (
            <tr key={index} className="border-b border-line align-top last:border-b-0">
              <th scope="row" className="px-3 py-1.5 text-left font-normal">
                <span className="break-words">{one.step}</span>
                {one.step !== one.kind && <span className="block text-label text-muted">{one.kind}</span>}
                <Reasons passage={one} />
              </th>
              <td className="hidden px-3 py-3 md:table-cell">
                <Bar passage={one} funnel={funnel} />
              </td>
              <Count value={one.came} />
              <Count value={one.made} wide />
              <Count value={one.passed} />
              <Count value={sum(one.dropped)} tone="text-warn" />
              <Count value={sum(one.failed)} tone="text-bad" />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Count({ value, tone, wide = false }: { value: number; tone?: string; wide?: boolean }) {
  return <td className={clsx('px-2 py-1.5 text-right sm:px-3', value === 0 ? 'text-muted' : tone, wide && 'hidden sm:table-cell')}>{count(value)}</td>
}

function Bar({ passage, funnel }: { passage: Passage; funnel: readonly Passage[] }) {
  const shares = bars(passage, funnel)
  return (
    <div aria-hidden className="flex h-2 gap-px overflow-hidden rounded-full bg-raised">
      {parts.filter(({ name }) => shares[name] > 0).map(({ name, colour }) => (
        <div key={name} className={clsx('h-full transition-[width]', colour)} style={{ width: `${String(shares[name] * 100)}%` }} />
      ))}
    </div>
  )
}

function Reasons({ passage }: { passage: Passage }) {
  const reasons = [
    ...Object.entries(passage.dropped).map(([reason, n]) => ({ reason, n, tone: 'text-warn', verb: 'dropped' })),
    ...Object.entries(passage.failed).map(([reason, n]) => ({ reason, n, tone: 'text-bad', verb: 'failed' })),
  ]
  if (reasons.length === 0) return null
  return (
    <ul className="mt-0.5 flex flex-col text-label">
      {reasons.map(({ reason, n, tone, verb }) => (
        <li key={`${verb} ${reason}`}>
          <span className={tone}>
            {count(n)} {verb}
          </span>{' '}
          <span className="text-muted">{words(reason)}</span>
        </li>
      ))}
    </ul>
  )
}
