import { getRouteApi } from '@tanstack/react-router'
import { RecipeText } from '@/features/recipes/RecipeText'

const route = getRouteApi('/p/$project/recipes/$recipe/text')

export function RecipeTextPage() {
  const { recipe } = route.useParams()
  return <RecipeText name={recipe} />
}
