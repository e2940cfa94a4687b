import { getRouteApi, Link, Outlet } from '@tanstack/react-router'
import { NavTabs } from '@/ui/NavTabs'
import { tabClass } from '@/ui/Tabs'

const route = getRouteApi('/p/$project/datasets/$dataset')

/** One dataset, or the rows of a run: its name, and its views as tabs. */
export function DatasetPage() {
  const params = route.useParams()
  const run = params.dataset.startsWith('run:') ? params.dataset.slice(4) : undefined
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex flex-col px-4 pt-3 sm:px-6">
        <h1 className="truncate text-page font-semibold">{run === undefined ? params.dataset : `Rows of run ${run}`}</h1>
        <NavTabs label="Views of the dataset">
          <Link to="/p/$project/datasets/$dataset/rows" params={params} className={tabClass}>
            Rows
          </Link>
          {run === undefined && (
            <Link to="/p/$project/datasets/$dataset/review" params={params} className={tabClass}>
              Review
            </Link>
          )}
          {run === undefined && (
            <Link to="/p/$project/datasets/$dataset/quality" params={params} className={tabClass}>
              Quality
            </Link>
          )}
          {run === undefined && (
            <Link to="/p/$project/datasets/$dataset/versions" params={params} className={tabClass}>
              Versions
            </Link>
          )}
          {run === undefined && (
            <Link to="/p/$project/datasets/$dataset/use" params={params} className={tabClass}>
              Use
            </Link>
          )}
        </NavTabs>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <Outlet />
      </div>
    </div>
  )
}
