import { getRouteApi, Link } from '@tanstack/react-router'
import { RunList } from '@/features/runs/RunList'
import { buttonClass } from '@/ui/buttonClass'
import { linkClass } from '@/ui/linkClass'
import { Page } from '@/ui/Page'

const route = getRouteApi('/p/$project/runs')

export function RunsPage() {
  const { project } = route.useParams()
  const { start = 0 } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <Page title="Runs">
      <RunList
        project={project}
        start={start}
        onStart={(next) => void navigate({ search: next > 0 ? { start: next } : {} })}
        linkTo={({ run, recipe }) => (
          <Link to="/p/$project/runs/$run" params={{ project, run }} className={linkClass}>
            {recipe} <span className="font-normal text-muted">{run}</span>
          </Link>
        )}
        datasetLink={(dataset) => (
          <Link to="/p/$project/datasets/$dataset" params={{ project, dataset }} className={linkClass}>
            {dataset}
          </Link>
        )}
        recipesLink={
          <Link to="/p/$project/recipes" params={{ project }} className={buttonClass('primary')}>
            Choose a recipe
          </Link>
        }
      />
    </Page>
  )
}
