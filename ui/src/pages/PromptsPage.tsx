import { getRouteApi, Link } from '@tanstack/react-router'
import { NewPrompt } from '@/features/prompts/NewPrompt'
import { PromptList } from '@/features/prompts/PromptList'
import { linkClass } from '@/ui/linkClass'
import { Page } from '@/ui/Page'
import { RecipeTabs } from './RecipeTabs'

const route = getRouteApi('/p/$project/recipes/prompts')

export function PromptsPage() {
  const { project } = route.useParams()
  const navigate = route.useNavigate()
  const begin = (look: 'primary' | 'plain') => (
    <NewPrompt
      project={project}
      look={look}
      onMade={(prompt) => void navigate({ to: '/p/$project/recipes/prompts/$prompt', params: { project, prompt } })}
    />
  )
  return (
    <Page title="Recipes" about="Prompts are what models are asked: texts with variables, and a history." actions={begin('plain')}>
      <RecipeTabs project={project} />
      <PromptList
        project={project}
        begin={begin('primary')}
        linkTo={(prompt) => (
          <Link to="/p/$project/recipes/prompts/$prompt" params={{ project, prompt }} className={linkClass}>{prompt}</Link>
        )}
      />
    </Page>
  )
}
