import { plural } from '@/core/format'
import { asProblem } from '@/core/problem'
import type { SourceBody } from '@/core/sources'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { SkeletonList } from '@/ui/Skeleton'
import { Skipped } from './Skipped'
import { useLook } from './useSources'

/** The first documents of a source as they are read. */
export function Documents({ project, body }: { project: string; body: SourceBody }) {
  const { data, error, refetch } = useLook(project, body)
  if (error) return <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />
  if (!data) return <SkeletonList label="Reading the source" lines={8} />
  return (
    <div className="flex flex-col gap-3">
      <ol aria-label="Documents" className="flex flex-col gap-2">
        {data.documents?.map((one, index) => (
          <li key={index} className="overflow-hidden rounded-panel border border-line bg-surface">
            <p className="flex flex-wrap gap-x-3 border-b border-line bg-raised px-3 py-1 text-label">
              <span className="min-w-0 truncate font-medium">{one.name}</span>
              <span className="text-muted tabular-nums">{plural(one.characters, 'character')}</span>
            </p>
            {one.text !== '' && (
              <pre tabIndex={0} aria-label={`Text of ${one.name}`} className="max-h-60 overflow-auto px-3 py-2 font-mono text-mono whitespace-pre-wrap">
                {one.text}
              </pre>
            )}
            {one.text === '' && (
              <dl className="flex flex-col gap-1 px-3 py-2">
                {Object.entries(one.columns).map(([name, value]) => (
                  <div key={name} className="flex gap-3">
                    <dt className="w-28 shrink-0 truncate font-mono text-mono text-muted">{name}</dt>
                    <dd className="min-w-0 break-words">{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
                  </div>
                ))}
              </dl>
            )}
          </li>
        ))}
      </ol>
      <Skipped skipped={data.skipped ?? []} warnings={data.warnings ?? []} />
    </div>
  )
}
