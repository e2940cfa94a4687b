import { Badge } from '@/ui/Badge'
import { Part } from '@/ui/Part'

/** What checks found in a row. */
export function RowFlags({ origin }: { readonly origin: Readonly<Record<string, unknown>> | null | undefined }) {
  const flags = origin?.['flags']
  if (!Array.isArray(flags) || flags.length === 0) return null
  return (
    <Part title="Flags">
      <ul className="flex flex-col gap-1">
        {(flags as Record<string, unknown>[]).map(({ check, reason, detail, path }, n) => (
          <li key={n} className="flex flex-wrap items-baseline gap-x-2">
            <Badge tone="warn">{String(check)}</Badge>
            <span>{String(reason)}</span>
            {typeof path === 'string' && path && <span className="text-muted">in {path}</span>}
            {typeof detail === 'string' && detail && <span className="basis-full break-words text-muted">{detail}</span>}
          </li>
        ))}
      </ul>
    </Part>
  )
}
