import { getRouteApi, Link, Outlet } from '@tanstack/react-router'
import { NavTabs } from '@/ui/NavTabs'
import { Page } from '@/ui/Page'
import { tabClass } from '@/ui/Tabs'

const route = getRouteApi('/p/$project/recipes/prompts/$prompt')

/** One prompt: its editor, its versions and its test, each with an address. */
export function PromptPage() {
  const params = route.useParams()
  return (
    <Page title={params.prompt}>
      <NavTabs label="Views of the prompt">
        <Link to="/p/$project/recipes/prompts/$prompt" params={params} activeOptions={{ exact: true, includeSearch: false }} className={tabClass}>
          Write
        </Link>
        <Link to="/p/$project/recipes/prompts/$prompt/versions" params={params} className={tabClass}>Versions</Link>
        <Link to="/p/$project/recipes/prompts/$prompt/test" params={params} className={tabClass}>Test</Link>
      </NavTabs>
      <Outlet />
    </Page>
  )
}
