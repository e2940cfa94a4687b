import { getRouteApi, Link } from '@tanstack/react-router'
import { asProblem } from '@/core/problem'
import { PromptEditor } from '@/features/prompts/PromptEditor'
import { useLog, usePrompt } from '@/features/prompts/usePrompts'
import { buttonClass } from '@/ui/buttonClass'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { SkeletonList } from '@/ui/Skeleton'

const route = getRouteApi('/p/$project/recipes/prompts/$prompt/')

export function PromptWritePage() {
  const { project, prompt } = route.useParams()
  const { at } = route.useSearch()
  const navigate = route.useNavigate()
  const { facts, error, refetch } = usePrompt(project, at === undefined ? prompt : `${prompt}@${at}`)
  const log = useLog(project, prompt)
  const newest = log.data?.items[0]?.version
  if (error) return <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />
  if (!facts || newest === undefined) return <SkeletonList label="Loading the prompt" lines={10} />
  return (
    <PromptEditor
      key={`${project}/${prompt}/${at ?? ''}`}
      project={project}
      facts={facts}
      newest={newest}
      onKept={() => void navigate({ search: {}, replace: true })}
      tryLink={
        <Link
          to="/p/$project/playground"
          params={{ project }}
          search={{ prompt: at === undefined ? prompt : `${prompt}@${at}` }}
          className={buttonClass('plain', 'large')}
        >
          Open in Playground
        </Link>
      }
    />
  )
}
