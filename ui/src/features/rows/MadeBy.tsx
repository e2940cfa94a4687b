import type { components } from '@/api/schema'
import { plural, usd } from '@/core/format'

/** A step that worked on a row: what it is, with which model, and what it asked. */
export function MadeBy({ made }: { readonly made: components['schemas']['Made'] }) {
  const params = Object.entries(made.params).map(([name, value]) => `${name} ${String(value)}`)
  const facts = [made.model, ...params, made.calls.length ? plural(made.calls.length, 'call') : '', made.cost_usd === null ? '' : usd(made.cost_usd)]
  return (
    <div className="rounded-panel border border-line p-2">
      <p className="break-words">
        <span className="font-medium">{made.step}</span>
        {made.kind !== made.step && <span className="text-muted"> {made.kind}</span>}
      </p>
      <p className="text-muted break-words">{facts.filter(Boolean).join(' · ')}</p>
      {made.prompt !== null && (
        <details className="mt-1">
          <summary className="cursor-default text-label text-muted">Prompt</summary>
          <pre className="mt-1 overflow-x-auto font-mono text-mono break-words whitespace-pre-wrap">{made.prompt}</pre>
        </details>
      )}
    </div>
  )
}
