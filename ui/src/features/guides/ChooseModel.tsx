import { useState, type ReactNode } from 'react'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { ModelFields, settingsOf, type ModelField } from './ModelFields'
import { useSay } from './useGuides'

export interface ChooseModelProps {
  project: string
  guide: string
  modelField: ModelField
  keysLink: ReactNode
  onChosen: () => void
}

/** Samples and rows need a model, and the talk has none yet. */
export function ChooseModel({ project, guide, modelField, keysLink, onChosen }: ChooseModelProps) {
  const [model, setModel] = useState({ model: '', address: '' })
  const ready = model.model.trim() !== ''
  const set = useSay(project, guide)
  return (
    <form
      className="flex flex-col gap-4 rounded-panel border border-line bg-surface p-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) set.mutate({ settings: settingsOf(model) }, { onSuccess: onChosen })
      }}
    >
      <ModelFields value={model} hint={<>Samples and rows are written by a model. {keysLink}</>} modelField={modelField} onChange={setModel} />
      {set.error && <ErrorPanel problem={asProblem(set.error)} />}
      <Button type="submit" look="primary" className="self-start" disabled={!ready} busy={set.isPending}>
        Make the samples
      </Button>
    </form>
  )
}
