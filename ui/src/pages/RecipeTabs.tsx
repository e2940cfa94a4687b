import { Link } from '@tanstack/react-router'
import { NavTabs } from '@/ui/NavTabs'
import { tabClass } from '@/ui/Tabs'

/** What is at hand under Recipes: those that ship, and the prompts of the project. */
export function RecipeTabs({ project }: { project: string }) {
  return (
    <NavTabs label="Recipes and prompts">
      <Link to="/p/$project/recipes" params={{ project }} activeOptions={{ exact: true, includeSearch: false }} className={tabClass}>Catalogue</Link>
      <Link to="/p/$project/recipes/prompts" params={{ project }} className={tabClass}>Prompts</Link>
    </NavTabs>
  )
}
