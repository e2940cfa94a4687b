import { getRouteApi } from '@tanstack/react-router'
import { RowsView } from '@/features/rows/RowsView'

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
    />
  )
}
