import { getRouteApi, Link } from '@tanstack/react-router'
import { VersionList } from '@/features/prompts/VersionList'
import { buttonClass } from '@/ui/buttonClass'

const route = getRouteApi('/p/$project/recipes/prompts/$prompt/versions')

export function PromptVersionsPage() {
  const { project, prompt } = route.useParams()
  const { old, now } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <VersionList
      key={prompt}
      project={project}
      prompt={prompt}
      old={old}
      now={now}
      onCompare={(before, after) => void navigate({ search: { old: before, now: after }, replace: true })}
      openLink={(version) => (
        <Link
          to="/p/$project/recipes/prompts/$prompt"
          params={{ project, prompt }}
          search={{ at: version }}
          className={buttonClass('quiet')}
          aria-label={`Open ${version.slice(0, 12)}`}
        >
          Open
        </Link>
      )}
      onForked={(made) => void navigate({ to: '/p/$project/recipes/prompts/$prompt', params: { project, prompt: made } })}
    />
  )
}
