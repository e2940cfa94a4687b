import { count } from '@/core/format'
import { isWhole, markOf, saysBin, type MarkKind, type Measure } from '@/core/quality'
import type { MarkLink } from './marks'

/** Counts side by side with their share of the greatest, each a link to its rows. */
export function Bars({ label, items, markLink }: {
  readonly label: string
  readonly items: readonly { readonly mark: string; readonly name: string; readonly rows: number; readonly tone?: 'bad' }[]
  readonly markLink: MarkLink
}) {
  const most = Math.max(1, ...items.map(({ rows }) => rows))
  return (
    <ul aria-label={label} className="flex flex-col">
      {items.map(({ mark, name, rows, tone }) => (
        <li key={mark}>
          {markLink(mark, (
            <>
              <span className="min-w-0 truncate">{name}</span>
              <span aria-hidden className="h-1.5 rounded-full bg-line">
                <span
                  className={tone === 'bad' ? 'block h-full rounded-full bg-bad' : 'block h-full rounded-full bg-accent'}
                  style={{ width: `${String((rows / most) * 100)}%` }}
                />
              </span>
              <span className="text-right tabular-nums">{count(rows)}</span>
            </>
          ), {
            className: 'grid h-7 grid-cols-[minmax(0,1fr)_minmax(48px,96px)_minmax(40px,auto)] items-center gap-3 rounded-control px-2 hover:bg-raised',
            label: `${name}: show ${count(rows)} rows`,
          })}
        </li>
      ))}
    </ul>
  )
}

const number = (value: number | null): string => (value === null ? '' : value.toLocaleString('en', { maximumSignificantDigits: 3 }))

/** How a figure is spread over the rows; each bar is a link to its rows. */
export function Spread({ run, kind, name, measure, unit = '', markLink }: {
  readonly run: string
  readonly kind: MarkKind
  readonly name: string
  readonly measure: Measure
  readonly unit?: string
  readonly markLink: MarkLink
}) {
  const most = Math.max(1, ...measure.bins.map((bin) => bin.count))
  const whole = isWhole(measure)
  return (
    <figure className="flex min-w-0 flex-col gap-1 rounded-panel border border-line bg-surface p-3">
      <figcaption className="flex items-baseline justify-between gap-2">
        <span className="min-w-0 truncate font-medium">{name}</span>
        <span className="text-label whitespace-nowrap text-muted tabular-nums">mean {number(measure.mean)}{unit && ` ${unit}`}</span>
      </figcaption>
      <ul aria-label={`${name}: how many rows`} className="flex h-16 items-end gap-px">
        {measure.bins.map((bin, at) => (
          <li key={bin.from} className="flex h-full min-w-0 flex-1 items-end">
            {bin.count > 0 && markLink(
              markOf(run, kind, name, at),
              <span className="block w-full rounded-t-[2px] bg-accent" style={{ height: `${String(Math.max(4, (bin.count / most) * 100))}%` }} />,
              {
                className: 'flex h-full w-full items-end opacity-80 transition-opacity hover:opacity-100 focus-visible:opacity-100',
                label: `${saysBin(bin, whole)}${unit && ` ${unit}`}: ${count(bin.count)} rows`,
              },
            )}
          </li>
        ))}
      </ul>
      <p aria-hidden className="flex justify-between text-meta text-muted tabular-nums"><span>{number(measure.low)}</span><span>{number(measure.high)}</span></p>
    </figure>
  )
}
