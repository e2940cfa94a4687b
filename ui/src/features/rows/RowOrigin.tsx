import { queries } from '@/api/client'
import { moment, plural, usd } from '@/core/format'
import { asProblem } from '@/core/problem'
import { sourceName, sourcePlace } from '@/core/rows/origin'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { SkeletonList } from '@/ui/Skeleton'
import { MadeBy } from './MadeBy'
import { ParentRow } from './ParentRow'
import { Part } from '@/ui/Part'

interface Props {
  readonly project: string
  readonly row: string
}

/** The way back of a row: its sources, the rows it was made of, the steps that made it, and who changed it. */
export function RowOrigin({ project, row }: Props) {
  const { data, error, isPending, refetch } = queries.useQuery('get', '/api/v1/projects/{project}/rows/{row}/origin', {
    params: { path: { project, row } },
  })
  if (isPending) return <SkeletonList lines={3} label="Loading the origin" />
  if (error && error.status === 404) return <Part title="Origin"><p className="text-muted">Not committed yet: added by hand.</p></Part>
  if (error) return <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />
  return (
    <>
      <Part title="Origin">
        {data.sources.length === 0 && data.made.length === 0 && <p className="text-muted">Nothing is known of where it came from.</p>}
        <ul className="flex flex-col gap-1">
          {data.sources.map((source, n) => (
            <li key={n} className="break-words">
              <span className="font-medium">{sourceName(source)}</span>
              <span className="text-muted"> {sourcePlace(source)}</span>
              {typeof source['licence'] === 'string' && <span className="text-muted"> · {source['licence']}</span>}
            </li>
          ))}
        </ul>
        {data.parents.map((parent) => <ParentRow key={parent} project={project} parent={parent} origin={data.origin} />)}
      </Part>
      {data.made.length > 0 && (
        <Part title={data.cost_usd === null ? 'Made by' : `Made by, for ${usd(data.cost_usd)}`}>
          <ol className="flex flex-col gap-2">
            {data.made.map((made, n) => <li key={n}><MadeBy made={made} /></li>)}
          </ol>
        </Part>
      )}
      {data.changes.length > 0 && (
        <Part title={`In ${plural(data.found.length, 'version')}`}>
          <ul className="flex flex-col gap-1">
            {data.changes.map((change) => (
              <li key={`${change.dataset} ${change.version}`} className="break-words">
                {change.columns.length ? `${change.columns.join(', ')} changed` : 'came'} in {change.dataset}{' '}
                <span className="font-mono text-mono">{change.version.slice(0, 12)}</span>
                <span className="text-muted"> by {change.run === null ? change.by : `run ${change.run}`}, {moment(new Date(change.at * 1000))}</span>
                {change.message && <span className="block text-muted">{change.message}</span>}
              </li>
            ))}
          </ul>
        </Part>
      )}
    </>
  )
}
