import { getRouteApi, Link } from '@tanstack/react-router'
import { RunView } from '@/features/runs/RunView'
import { linkClass } from '@/ui/linkClass'

const route = getRouteApi('/p/$project/runs/$run')

export function RunPage() {
  const { project, run } = route.useParams()
  return (
    <div className="flex flex-col gap-6 px-4 py-4 sm:px-6">
      <RunView
        key={run}
        project={project}
        name={run}
        madeLinks={({ dataset }) =>
          dataset !== null && (
            <span>
              into{' '}
              <Link to="/p/$project/datasets/$dataset" params={{ project, dataset }} className={linkClass}>
                {dataset}
              </Link>
            </span>
          )
        }
      />
    </div>
  )
}
