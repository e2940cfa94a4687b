import { getRouteApi } from '@tanstack/react-router'
import { UseView } from '@/features/use/UseView'

const route = getRouteApi('/p/$project/datasets/$dataset/use')

export function UsePage() {
  const params = route.useParams()
  const { format } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <div className="flex flex-col gap-6 px-4 py-4 sm:px-6">
      <UseView
        key={`${params.project}/${params.dataset}`}
        of={params}
        format={format}
        onFormat={(next) => void navigate({ search: { format: next }, replace: true, resetScroll: false })}
      />
    </div>
  )
}
