import { getRouteApi, Link } from '@tanstack/react-router'
import { DatasetList } from '@/features/datasets/DatasetList'
import { linkClass } from '@/ui/linkClass'
import { Page } from '@/ui/Page'

const route = getRouteApi('/p/$project/datasets')

export function DatasetsPage() {
  const { project } = route.useParams()
  const { start = 0 } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <Page title="Datasets">
      <DatasetList
        project={project}
        start={start}
        onStart={(next) => void navigate({ search: next > 0 ? { start: next } : {} })}
        linkTo={(dataset) => (
          <Link to="/p/$project/datasets/$dataset" params={{ project, dataset }} className={linkClass}>
            {dataset}
          </Link>
        )}
      />
    </Page>
  )
}
