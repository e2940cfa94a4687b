import { useState, type ReactNode } from 'react'
import { suggestedName, nameFault } from '@/core/imports'
import { asProblem } from '@/core/problem'
import type { SourceBody, SourceTab } from '@/core/sources'
import { Button } from '@/ui/Button'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { Segments } from '@/ui/Segments'
import { Tabs } from '@/ui/Tabs'
import { Chunks } from './Chunks'
import { CleanedText } from './CleanedText'
import { Documents } from './Documents'
import { usePlace, useTake, type Cutting } from './useSources'


const tabs = [
  { value: 'text', label: 'Text' },
  { value: 'cleaned', label: 'Cleaned' },
  { value: 'chunks', label: 'Chunks' },
] as const
export interface SourceViewProps {
  project: string
  body: SourceBody
  name: string
  /** Whether a document recipe can read it. */
  documents: boolean
  tab: SourceTab
  onTab: (tab: SourceTab) => void
  onBack: () => void
  onStarted: (run: string) => void
  /** A document recipe is to be started with what is at this place. */
  onRecipe: (place: string) => void
}

const what = [
  { value: 'documents', label: 'Documents' },
  { value: 'chunks', label: 'Chunks' },
] as const

/** A source: what it gives, what cleaning would change, the chunks; and what is made of it. */
export function SourceView({ project, body, name, documents, tab, onTab, onBack, onStarted, onRecipe }: SourceViewProps) {
  const [cutting, setCutting] = useState<Cutting>({ by: 'markdown', size: undefined, overlap: undefined })
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-2">
        <p className="min-w-0 truncate font-mono text-mono">{name}</p>
        <Button look="quiet" onClick={onBack} className="ml-auto">
          Another source
        </Button>
      </div>
      <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,1fr)_320px]">
        <div className="min-w-0">
          <Tabs label="Looks at the source" value={tab} tabs={tabs} onChange={onTab}>
            {tab === 'text' && <Documents project={project} body={body} />}
            {tab === 'cleaned' && <CleanedText project={project} body={body} />}
            {tab === 'chunks' && <Chunks project={project} body={body} cutting={cutting} onCutting={setCutting} />}
          </Tabs>
        </div>
        <Next project={project} body={body} name={name} cutting={cutting} onStarted={onStarted} {...(documents && { onRecipe })} />
      </div>
    </div>
  )
}

interface NextProps {
  project: string
  body: SourceBody
  name: string
  cutting: Cutting
  onStarted: (run: string) => void
  onRecipe?: (place: string) => void
}

/** What is made of a source: questions by a recipe, or a dataset of its documents or chunks. */
function Next({ project, body, name, cutting, onStarted, onRecipe }: NextProps): ReactNode {
  const [into, setInto] = useState(suggestedName(name))
  const [taken, setTaken] = useState<'documents' | 'chunks'>('documents')
  const take = useTake(project)
  const place = usePlace(project)
  const fault = nameFault(into)
  return (
    <section aria-label="Make something of it" className="flex flex-col gap-5 rounded-panel border border-line bg-surface p-4 lg:sticky lg:top-4">
      {onRecipe && (
        <div className="flex flex-col gap-2">
          <p className="text-muted">A recipe asks a model for pairs that the documents bear out: five first, then as many as you like.</p>
          <Button
            look="primary"
            size="large"
            busy={place.isPending}
            onClick={() => {
              place.mutate(body, { onSuccess: onRecipe })
            }}
          >
            Questions and answers from it
          </Button>
          {place.error && <ErrorPanel problem={asProblem(place.error)} />}
        </div>
      )}
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (into.trim() === '' || fault !== undefined) return
          take.mutate(
            { body, into: into.trim(), cutting: taken === 'chunks' ? cutting : undefined },
            { onSuccess: ({ run }) => { onStarted(run) } },
          )
        }}
      >
        <Segments label="What is taken" value={taken} options={what} onChange={setTaken} />
        <Field label="Dataset" error={fault}>
          {(control) => (
            <Input
              {...control}
              value={into}
              onChange={(event) => {
                setInto(event.target.value)
              }}
            />
          )}
        </Field>
        <Button type="submit" size="large" disabled={into.trim() === '' || fault !== undefined} busy={take.isPending}>
          Take the {taken} as a dataset
        </Button>
        {take.error && <ErrorPanel problem={asProblem(take.error)} />}
      </form>
    </section>
  )
}
