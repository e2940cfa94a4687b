import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { View } from '@/core/views'
import { GuideView } from '@/features/guides/GuideView'
import { ModelPicker } from '@/features/recipes/ModelPicker'
import { buttonClass } from '@/ui/buttonClass'
import { linkClass } from '@/ui/linkClass'
import { KeysLink } from './KeysLink'

const route = getRouteApi('/p/$project/guides/$guide')

export function GuidePage() {
  const { project, guide } = route.useParams()
  const { view } = route.useSearch()
  const navigate = route.useNavigate()
  const show = useCallback((next: View | undefined) => void navigate({ search: next === undefined ? {} : { view: next }, replace: true }), [navigate])
  return (
    <GuideView
      key={guide}
      project={project}
      name={guide}
      view={view}
      onView={show}
      modelField={(control, value, onChange) => <ModelPicker {...control} value={value} placeholder="provider/name" onChange={onChange} />}
      keysLink={<KeysLink />}
      datasetLink={(dataset) => (
        <Link to="/p/$project/datasets/$dataset" params={{ project, dataset }} className={buttonClass('primary', 'large')}>
          Open {dataset}
        </Link>
      )}
      runLink={(run) => (
        <Link to="/p/$project/runs/$run" params={{ project, run }} className={linkClass}>
          {run}
        </Link>
      )}
    />
  )
}
