import { useState, type ReactNode } from 'react'
import { asProblem } from '@/core/problem'
import { setsOfLines } from '@/core/recipes'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { TextArea } from '@/ui/TextArea'
import { StartPanel } from './StartPanel'
import { useCheckAndQuote } from './useRecipes'

export interface StartFileProps {
  project: string
  path: string
  onPath: (path: string) => void
  onStarted: (run: string) => void
  keysLink: ReactNode
}

/** A recipe file of one's own, by its path where the server runs. */
export function StartFile({ project, path, onPath, onStarted, keysLink }: StartFileProps) {
  const [lines, setLines] = useState('')
  const quoting = useCheckAndQuote(project)
  const problem = quoting.error ? asProblem(quoting.error) : undefined
  return (
    <StartPanel
      project={project}
      recipe={path.trim()}
      sets={setsOfLines(lines)}
      quoting={quoting}
      unplaced={problem?.problems ?? []}
      keysLink={keysLink}
      onStarted={onStarted}
    >
      <Field label="Recipe file" hint="Its path on the machine where the server runs.">
        {(control) => (
          <Input
            {...control}
            mono
            value={path}
            placeholder="recipes/support.yaml"
            onChange={(event) => {
              onPath(event.target.value)
            }}
          />
        )}
      </Field>
      <Field label="Parameters" hint="name=value, one on each line; those that are not given keep their defaults.">
        {(control) => (
          <TextArea
            {...control}
            mono
            rows={4}
            value={lines}
            placeholder="model=openai/gpt-4o-mini"
            onChange={(event) => {
              setLines(event.target.value)
            }}
          />
        )}
      </Field>
    </StartPanel>
  )
}
