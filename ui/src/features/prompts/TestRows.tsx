import { clsx } from 'clsx'
import type { ReactNode } from 'react'
import { plural, usd } from '@/core/format'
import { shown } from '@/core/prompts'
import type { Test, Tried } from './usePrompts'

export interface TestRowsProps {
  a: Test
  b: Test | undefined
  runLink: (run: string) => ReactNode
}

/** The rows that were tried, each with what came of one or two versions. */
export function TestRows({ a, b, runLink }: TestRowsProps) {
  const sides = b ? [a, b] : [a]
  const rows = Array.from({ length: Math.max(...sides.map((side) => side.rows.length)) }, (_, n) => sides.map((side) => side.rows[n]))
  return (
    <section aria-label="Results" className="flex flex-col gap-3">
      <div className={clsx('grid grid-cols-1 gap-3', b && 'md:grid-cols-2')}>
        {sides.map((side, n) => <Summary key={n} name={b ? 'AB'.charAt(n) : ''} test={side} runLink={runLink} />)}
      </div>
      <ol className="flex flex-col gap-3">
        {rows.map((pair, n) => (
          <li key={n} className="flex flex-col gap-1">
            <h3 className="text-label text-muted">Row {n + 1}</h3>
            <div className={clsx('grid grid-cols-1 items-start gap-3', b && 'md:grid-cols-2')}>
              {pair.map((one, side) => (one ? <Outcome key={side} name={b ? 'AB'.charAt(side) : ''} tried={one} /> : <p key={side} />))}
            </div>
          </li>
        ))}
      </ol>
    </section>
  )
}

function Summary({ name, test, runLink }: { name: string; test: Test; runLink: TestRowsProps['runLink'] }) {
  const answered = test.rows.filter(({ answer }) => answer !== null).length
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
      {name !== '' && <span className="font-semibold">{name}</span>}
      <code className="font-mono text-mono">{test.prompt}</code>
      {test.asked ? (
        <span className="text-muted tabular-nums">
          {answered} of {test.rows.length} answered · {plural(test.asked.calls, 'call')}
          {test.asked.calls_reused > 0 && `, ${String(test.asked.calls_reused)} stored already`} ·{' '}
          {test.asked.cost_usd === null ? 'no price known' : usd(test.asked.cost_usd)} · {runLink(test.asked.run)}
        </span>
      ) : (
        <span className="text-muted">as it would be sent; no model is asked</span>
      )}
    </p>
  )
}

function Outcome({ name, tried }: { name: string; tried: Tried }) {
  const wrong = tried.problem || tried.reason
  const values = Object.entries(tried.values).map(([variable, value]) => `${variable} = ${shown(value)}`).join(', ')
  return (
    <div className={clsx('flex min-w-0 flex-col rounded-panel border bg-surface', wrong === '' ? 'border-line' : 'border-bad')}>
      {tried.answer !== null && <p className="max-h-80 overflow-y-auto p-3 break-words whitespace-pre-wrap" tabIndex={0} aria-label={`Answer ${name}`.trim()}>{tried.answer}</p>}
      {wrong !== '' && <p className="p-3 break-words"><span className="font-medium text-bad">No answer. </span>{wrong}</p>}
      <details open={tried.answer === null && wrong === ''} className={clsx((tried.answer !== null || wrong !== '') && 'border-t border-line')}>
        <summary className="cursor-default px-3 py-1.5 text-label text-muted select-none">What is sent{values && `: ${values}`}</summary>
        {tried.system !== '' && <Sent label="System" text={tried.system} />}
        <Sent label="Text" text={tried.text} />
      </details>
    </div>
  )
}

function Sent({ label, text }: { label: string; text: string }) {
  return (
    <div className="px-3 pb-2">
      <p className="text-meta text-muted">{label}</p>
      <p tabIndex={0} className="max-h-60 overflow-y-auto font-mono text-mono break-words whitespace-pre-wrap">{text}</p>
    </div>
  )
}
