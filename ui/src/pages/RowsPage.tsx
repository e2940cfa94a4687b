import { getRouteApi, Link } from '@tanstack/react-router'
import { FlaskConical } from 'lucide-react'
import { RowsView } from '@/features/rows/RowsView'
import { buttonClass } from '@/ui/buttonClass'

const route = getRouteApi('/p/$project/datasets/$dataset/rows')

export function RowsPage() {
  const { project, dataset } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <RowsView
      key={`${project}/${dataset}`}
      of={{ project, dataset }}
      search={search}
      onSearch={(next, stays) => void navigate({ search: next, replace: stays, resetScroll: false })}
      more={(row) => (
        <Link
          to="/p/$project/playground"
          params={{ project }}
          search={{ dataset: search.ref === undefined ? dataset : `${dataset}@${search.ref}`, row }}
          className={buttonClass()}
        >
          <FlaskConical /> Open in Playground
        </Link>
      )}
    />
  )
}
