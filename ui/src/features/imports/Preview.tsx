import type { Detected } from '@/core/imports'

/** The first rows as they will be, column by column. */
export function Preview({ rows, stale }: { rows: Detected['preview']; stale: boolean }) {
  if (rows.length === 0) return <p className="text-muted">No record can be read this way. Choose another format, or other names.</p>
  return (
    <ol aria-label="Preview" aria-busy={stale} className="flex flex-col gap-2">
      {rows.map((one) => (
        <li key={one.line} className="overflow-hidden rounded-panel border border-line bg-surface">
          <p className="border-b border-line bg-raised px-3 py-0.5 text-meta text-muted tabular-nums">line {one.line}</p>
          <dl className="flex flex-col gap-1.5 px-3 py-2">
            {Object.entries(one.row).map(([column, value]) => (
              <div key={column} className="grid grid-cols-1 gap-x-3 sm:grid-cols-[110px_minmax(0,1fr)]">
                <dt className="truncate font-mono text-mono text-muted">{column}</dt>
                <dd className="line-clamp-4 break-words whitespace-pre-wrap">{said(value)}</dd>
              </div>
            ))}
          </dl>
        </li>
      ))}
    </ol>
  )
}

/** A value as people read it: messages as who says what. */
function said(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'object' && one !== null && 'role' in one)) {
    return (value as { role: string; content?: unknown }[]).map((one) => `${one.role}: ${text(one.content)}`).join('\n')
  }
  return text(value)
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
