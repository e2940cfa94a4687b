import { getRouteApi, Link } from '@tanstack/react-router'
import { ReviewView } from '@/features/reviews/ReviewView'
import { linkClass } from '@/ui/linkClass'

const route = getRouteApi('/p/$project/datasets/$dataset/review')

export function ReviewPage() {
  const params = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <div className="flex flex-col gap-6 px-4 py-4 sm:px-6">
      <ReviewView
        key={`${params.project}/${params.dataset}`}
        of={params}
        search={search}
        onSearch={({ back, ...next }) => void navigate({ search: { ...next, ...(back && { back }) }, replace: next.queue === search.queue })}
        queueLink={(queue, name) => (
          <Link to="/p/$project/datasets/$dataset/review" params={params} search={{ queue }} className={linkClass}>
            {name}
          </Link>
        )}
      />
    </div>
  )
}
