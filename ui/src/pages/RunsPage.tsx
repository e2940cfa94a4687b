import { getRouteApi } from '@tanstack/react-router'
import { RunList } from '@/features/runs/RunList'
import { Page } from '@/ui/Page'

const route = getRouteApi('/p/$project/runs')

export function RunsPage() {
  const { project } = route.useParams()
  const { start = 0 } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <Page title="Runs">
      <RunList project={project} start={start} onStart={(next) => void navigate({ search: next > 0 ? { start: next } : {} })} />
    </Page>
  )
}
