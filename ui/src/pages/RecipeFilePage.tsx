import { getRouteApi } from '@tanstack/react-router'
import { StartFile } from '@/features/recipes/StartFile'
import { Page } from '@/ui/Page'
import { KeysLink } from './KeysLink'

const route = getRouteApi('/p/$project/recipe-file')

export function RecipeFilePage() {
  const { project } = route.useParams()
  const { path = '' } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <Page title="Run a recipe file" about="A recipe of your own, or a copy of one of the catalogue.">
      <StartFile
        project={project}
        path={path}
        onPath={(next) => void navigate({ search: next === '' ? {} : { path: next }, replace: true })}
        keysLink={<KeysLink />}
        onStarted={(run) => void navigate({ to: '/p/$project/runs/$run', params: { project, run } })}
      />
    </Page>
  )
}
