import { Download } from 'lucide-react'
import { count, plural } from '@/core/format'
import { asProblem } from '@/core/problem'
import { buttonClass } from '@/ui/buttonClass'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Panel } from '@/ui/Panel'
import { Skeleton } from '@/ui/Skeleton'
import { useLicences, type UseOf } from './useUse'

/** What binds the rows, and what proves them. */
export function ProofPanel({ of }: { readonly of: UseOf }) {
  const { licences, error, isPending } = useLicences(of)
  const at = `/api/v1/projects/${encodeURIComponent(of.project)}/datasets/${encodeURIComponent(of.dataset)}`
  return (
    <Panel title="Licences and proof">
      {isPending && <Skeleton className="h-16" />}
      {error && <ErrorPanel problem={asProblem(error)} />}
      {licences && (
        <div className="flex max-w-180 flex-col gap-2 rounded-panel border border-line bg-surface p-3">
          <p className="tabular-nums">
            {licences.cleared === licences.rows ? `All ${plural(licences.rows, 'row')}` : `${count(licences.cleared)} of ${plural(licences.rows, 'row')}`} may
            be used to train for money, as far as sources and models say.
          </p>
          <ul className="flex flex-col gap-1 text-label text-muted tabular-nums">
            {[...licences.sources, ...licences.models].map(({ name, licences: of, rows }) => (
              <li key={name}>{name}: {plural(rows, 'row')}, {of.length > 0 ? of.join(', ') : 'no licence known'}</li>
            ))}
          </ul>
        </div>
      )}
      <p className="flex flex-wrap gap-2">
        <a className={buttonClass('plain')} href={`${at}/lock`} download={`${of.dataset}.lock.json`}><Download aria-hidden />Lock</a>
        <a className={buttonClass('plain')} href={`${at}/bundle`} download><Download aria-hidden />Proof bundle</a>
      </p>
    </Panel>
  )
}
