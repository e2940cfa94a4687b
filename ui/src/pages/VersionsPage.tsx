import { getRouteApi } from '@tanstack/react-router'
import { VersionList } from '@/features/datasets/VersionList'

const route = getRouteApi('/p/$project/datasets/$dataset/versions')

export function VersionsPage() {
  const { project, dataset } = route.useParams()
  const { start = 0 } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <div className="px-4 py-4 sm:px-6">
      <VersionList project={project} dataset={dataset} start={start} onStart={(next) => void navigate({ search: next > 0 ? { start: next } : {} })} />
    </div>
  )
}
