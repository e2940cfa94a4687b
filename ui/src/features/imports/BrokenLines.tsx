import { count, plural } from '@/core/format'
import type { Broken } from '@/core/imports'
import { Panel } from '@/ui/Panel'

export interface BrokenLinesProps {
  title: string
  about: string
  broken: readonly Broken[]
  total: number
}

const shown = 20

/** Records that became no row, each with its line and why. */
export function BrokenLines({ title, about, broken, total }: BrokenLinesProps) {
  return (
    <Panel title={title} about={about}>
      <ul className="divide-y divide-line rounded-panel border border-line bg-surface">
        {broken.slice(0, shown).map((one, index) => (
          <li key={index} className="flex flex-wrap gap-x-3 px-3 py-1.5 break-words">
            <span className="font-mono text-mono text-warn">
              {one.file !== undefined && `${one.file}:`}
              {count(one.line)}
            </span>
            <span className="font-medium">{one.reason.replaceAll('_', ' ')}</span>
            <span className="min-w-0 text-muted">{one.detail}</span>
          </li>
        ))}
      </ul>
      {total > shown && <p className="text-label text-muted">{plural(total - shown, 'more', 'more')}</p>}
    </Panel>
  )
}
