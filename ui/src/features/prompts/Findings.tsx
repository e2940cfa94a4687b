import { Check } from 'lucide-react'
import type { Problem } from '@/core/problem'
import { plural } from '@/core/format'
import { Badge } from '@/ui/Badge'
import { ErrorPanel } from '@/ui/ErrorPanel'
import type { Finding } from './usePrompts'

const tones = { high: 'bad', medium: 'warn', low: 'neutral' } as const

/** What may be wrong with a prompt, the worst first, each with its remedy. */
export function Findings({ findings, problem }: { findings: readonly Finding[] | undefined; problem: Problem | null }) {
  if (problem) return <ErrorPanel problem={problem} />
  if (!findings) return null
  if (findings.length === 0) {
    return <p className="flex items-center gap-1.5 text-label text-muted"><Check className="size-3.5 text-ok" /> Nothing stands out. Rules see words, not what they mean.</p>
  }
  const order = ['high', 'medium', 'low']
  const sorted = [...findings].sort((one, other) => order.indexOf(one.severity) - order.indexOf(other.severity))
  return (
    <details className="rounded-panel border border-line bg-surface" open={sorted[0]?.severity === 'high'}>
      <summary className="cursor-default px-3 py-1.5 text-label font-medium select-none">{plural(findings.length, 'finding')}</summary>
      <ul className="flex flex-col border-t border-line">
        {sorted.map((one, n) => (
          <li key={n} className="flex flex-col gap-0.5 border-b border-line px-3 py-2 last:border-b-0">
            <p className="flex flex-wrap items-center gap-2">
              <Badge tone={tones[one.severity]}>{one.rule}</Badge>
              <span className="min-w-0 break-words">{one.what}</span>
              {one.line !== null && <span className="text-label text-muted">{one.place}, line {one.line}</span>}
            </p>
            <p className="text-label text-muted">{one.fix}</p>
          </li>
        ))}
      </ul>
    </details>
  )
}
