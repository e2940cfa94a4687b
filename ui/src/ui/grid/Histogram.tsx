import type { Histogram as Data } from '@/core/grid/source'

interface Props {
  readonly data: Data
  onPick?(bin: number): void
}

/** The distribution of a column, which is its filter: a bar that is clicked. The menu of the column offers the same bars to the keyboard. */
export function Histogram({ data: { bins, stale }, onPick }: Props) {
  const most = Math.max(1, ...bins.map(({ count }) => count))
  return (
    <svg
      className="grid-histogram"
      data-stale={stale ?? undefined}
      viewBox={`0 0 ${Math.max(1, bins.length)} 20`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {bins.map(({ label, count }, n) => {
        const height = count ? Math.max(1, (count / most) * 20) : 0
        return (
          <g key={label} onClick={onPick && (() => { onPick(n) })}>
            <title>{`${label}: ${count.toLocaleString('en-US')}`}</title>
            <rect x={n} width={1} height={20} className="grid-bar-ground" />
            <rect x={n + 0.06} width={0.88} y={20 - height} height={height} />
          </g>
        )
      })}
    </svg>
  )
}
