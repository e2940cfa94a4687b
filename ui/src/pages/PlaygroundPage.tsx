import { getRouteApi, Link } from '@tanstack/react-router'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { Playground } from '@/features/playground/Playground'
import { useHasModel } from '@/features/playground/usePlayground'
import { ModelPicker } from '@/features/recipes/ModelPicker'
import { Button } from '@/ui/Button'
import { buttonClass } from '@/ui/buttonClass'
import { EmptyState } from '@/ui/EmptyState'
import { Page } from '@/ui/Page'
import { SkeletonList } from '@/ui/Skeleton'

const route = getRouteApi('/p/$project/playground')

export function PlaygroundPage() {
  const { project } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const has = useHasModel()
  const [local, setLocal] = useState(false)
  if (has === undefined) return <Page title="Playground"><SkeletonList label="Looking which models can be asked" /></Page>
  if (!has && !local && search.a === undefined) {
    return (
      <Page title="Playground">
        <EmptyState
          icon={<KeyRound />}
          title="No model can be asked yet"
          actions={
            <>
              <Button size="large" onClick={() => { setLocal(true) }}>Use a server of my own</Button>
              <Link to="/settings/models" className={buttonClass('primary', 'large')}>Add a key</Link>
            </>
          }
        >
          <p>Add the key of a provider in the settings. A model that runs on this machine, by Ollama or vLLM, needs none: give its address.</p>
        </EmptyState>
      </Page>
    )
  }
  return (
    <Page title="Playground" about="Try a prompt or a row on one or two models. Answers are stored: the same question again costs nothing.">
      <Playground
        key={project}
        project={project}
        search={search}
        picker={(props) => <ModelPicker {...props} />}
        runLink={(run) => (
          <Link to="/p/$project/runs/$run" params={{ project, run }} className="underline underline-offset-2 hover:text-accent">Run {run}</Link>
        )}
        onSearch={(change) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true })}
      />
    </Page>
  )
}
