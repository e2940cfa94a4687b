import { getRouteApi, Link } from '@tanstack/react-router'
import { PromptTest } from '@/features/prompts/PromptTest'
import { ModelPicker } from '@/features/recipes/ModelPicker'

const route = getRouteApi('/p/$project/recipes/prompts/$prompt/test')

export function PromptTestPage() {
  const { project, prompt } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <PromptTest
      key={`${project}/${prompt}`}
      project={project}
      prompt={prompt}
      search={search}
      picker={(props) => <ModelPicker {...props} />}
      runLink={(run) => (
        <Link to="/p/$project/runs/$run" params={{ project, run }} className="underline underline-offset-2 hover:text-accent">Run {run}</Link>
      )}
      onSearch={(change) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true })}
    />
  )
}
