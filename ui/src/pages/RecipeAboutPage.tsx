import { getRouteApi, Link } from '@tanstack/react-router'
import { Play } from 'lucide-react'
import { asProblem } from '@/core/problem'
import { RecipeAbout } from '@/features/recipes/RecipeAbout'
import { useRecipe } from '@/features/recipes/useRecipes'
import { buttonClass } from '@/ui/buttonClass'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { SkeletonList } from '@/ui/Skeleton'

const route = getRouteApi('/p/$project/recipes/$recipe/')

export function RecipeAboutPage() {
  const params = route.useParams()
  const { recipe, error, refetch } = useRecipe(params.recipe)
  if (error) return <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />
  if (!recipe) return <SkeletonList label="Loading the recipe" />
  return (
    <div className="flex flex-col gap-6">
      <RecipeAbout recipe={recipe} />
      <div>
        <Link to="/p/$project/recipes/$recipe/start" params={params} className={buttonClass('primary', 'large')}>
          <Play /> Set it up
        </Link>
      </div>
    </div>
  )
}
