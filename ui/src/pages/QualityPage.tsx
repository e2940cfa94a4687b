import { getRouteApi, Link } from '@tanstack/react-router'
import { QualityView } from '@/features/quality/QualityView'
import { linkClass } from '@/ui/linkClass'

const route = getRouteApi('/p/$project/datasets/$dataset/quality')

export function QualityPage() {
  const params = route.useParams()
  const { run } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <div className="flex flex-col gap-6 px-4 py-4 sm:px-6">
      <QualityView
        key={`${params.project}/${params.dataset}`}
        of={params}
        run={run}
        onRun={(next) => void navigate({ search: { run: next } })}
        markLink={(marked, shown, { className = linkClass, label } = {}) => (
          <Link to="/p/$project/datasets/$dataset/rows" params={params} search={{ marked }} className={className} aria-label={label} title={label}>
            {shown}
          </Link>
        )}
        runLink={(one) => (
          <Link to="/p/$project/runs/$run" params={{ project: params.project, run: one }} className={linkClass}>
            Run {one}
          </Link>
        )}
      />
    </div>
  )
}
