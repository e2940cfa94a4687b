import { asProblem } from '@/core/problem'
import { CodeBlock } from '@/ui/CodeBlock'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { SkeletonList } from '@/ui/Skeleton'
import { useRecipeText } from './useRecipes'

/** The recipe as its file has it. */
export function RecipeText({ name }: { name: string }) {
  const { data, error, refetch } = useRecipeText(name)
  if (error) return <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />
  return data === undefined ? <SkeletonList label="Loading the recipe" lines={12} /> : <CodeBlock label={`${name}.yaml`} text={data} />
}
