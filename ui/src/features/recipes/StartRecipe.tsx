import { useState, type ReactNode } from 'react'
import { asProblem } from '@/core/problem'
import { isNeeded, kindOf, placed, setsOf, usual, type Recipe } from '@/core/recipes'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { SkeletonList } from '@/ui/Skeleton'
import { ParameterField } from './ParameterField'
import { StartPanel } from './StartPanel'
import { useCheckAndQuote, useRecipe, useRecipeText } from './useRecipes'

export interface StartRecipeProps {
  project: string
  name: string
  onStarted: (run: string) => void
  /** The way to the keys, for when one is missing. */
  keysLink: ReactNode
  /** Values that are known already. */
  given?: Readonly<Record<string, string>>
}

/** The parameters of a recipe of the catalogue, and beside them what it comes to and its start. */
export function StartRecipe({ name, ...rest }: StartRecipeProps) {
  const { recipe, error, refetch } = useRecipe(name)
  const text = useRecipeText(name)
  if (error) return <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />
  if (!recipe) return <SkeletonList label="Loading the recipe" />
  return <Form recipe={recipe} text={text.data ?? ''} {...rest} />
}

function Form({ recipe, text, project, onStarted, keysLink, given = {} }: Omit<StartRecipeProps, 'name'> & { recipe: Recipe; text: string }) {
  const [typed, setTyped] = useState<Record<string, string>>({ ...given })
  const quoting = useCheckAndQuote(project)
  const { parameters } = recipe
  const sets = setsOf(parameters, typed)
  const problem = quoting.error ? asProblem(quoting.error) : undefined
  const { at, rest } = placed(problem?.problems ?? [], recipe, quoting.variables?.sets ?? {}, text)
  const names = Object.keys(parameters)
  const [needed, others] = [names.filter((one) => isNeeded(parameters[one] ?? {})), names.filter((one) => !isNeeded(parameters[one] ?? {}))]
  const fields = (those: readonly string[]) =>
    those.map((one) => (
      <ParameterField
        key={one}
        name={one}
        parameters={parameters}
        value={typed[one] ?? usual(parameters[one] ?? {}, kindOf(one, parameters))}
        problems={at[one] ?? []}
        onChange={(value) => {
          setTyped({ ...typed, [one]: value })
        }}
      />
    ))
  return (
    <StartPanel project={project} recipe={recipe.name} sets={sets} quoting={quoting} unplaced={rest} keysLink={keysLink} onStarted={onStarted}>
      {names.length === 0 && <p className="text-muted">This recipe takes no parameters.</p>}
      {fields(needed)}
      {needed.length > 0 && others.length > 0 && <h2 className="mt-2 border-t border-line pt-4 text-title font-semibold">With defaults</h2>}
      {fields(others)}
    </StartPanel>
  )
}
