import { getRouteApi, Link, Outlet } from '@tanstack/react-router'
import { NavTabs } from '@/ui/NavTabs'
import { Page } from '@/ui/Page'
import { tabClass } from '@/ui/Tabs'

const route = getRouteApi('/p/$project/recipes/$recipe')

/** One recipe: what it does, its start and its text, each with an address. */
export function RecipePage() {
  const params = route.useParams()
  return (
    <Page title={params.recipe}>
      <NavTabs label="Views of the recipe">
        <Link to="/p/$project/recipes/$recipe" params={params} activeOptions={{ exact: true }} className={tabClass}>
          About
        </Link>
        <Link to="/p/$project/recipes/$recipe/start" params={params} className={tabClass}>
          Start
        </Link>
        <Link to="/p/$project/recipes/$recipe/text" params={params} className={tabClass}>
          Text
        </Link>
      </NavTabs>
      <Outlet />
    </Page>
  )
}
