import { getRouteApi } from '@tanstack/react-router'
import { StartRecipe } from '@/features/recipes/StartRecipe'
import { KeysLink } from './KeysLink'

const route = getRouteApi('/p/$project/recipes/$recipe/start')

export function RecipeStartPage() {
  const { project, recipe } = route.useParams()
  const { input } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <StartRecipe
      key={recipe}
      project={project}
      name={recipe}
      keysLink={<KeysLink />}
      {...(input !== undefined && { given: { input } })}
      onStarted={(run) => void navigate({ to: '/p/$project/runs/$run', params: { project, run } })}
    />
  )
}
