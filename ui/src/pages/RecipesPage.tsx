import { getRouteApi, Link } from '@tanstack/react-router'
import { FileText } from 'lucide-react'
import { Catalogue } from '@/features/recipes/Catalogue'
import { buttonClass } from '@/ui/buttonClass'
import { linkClass } from '@/ui/linkClass'
import { Page } from '@/ui/Page'
import { RecipeTabs } from './RecipeTabs'

const route = getRouteApi('/p/$project/recipes')

export function RecipesPage() {
  const { project } = route.useParams()
  const { find = '', group } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <Page
      title="Recipes"
      about="A recipe says step by step how data is made. Read one, then run it on a few rows."
      actions={
        <Link to="/p/$project/recipe-file" params={{ project }} className={buttonClass()}>
          <FileText /> Run a recipe file
        </Link>
      }
    >
      <RecipeTabs project={project} />
      <Catalogue
        find={find}
        group={group}
        onFind={(words) => void navigate({ search: (before) => ({ ...before, find: words === '' ? undefined : words }), replace: true })}
        onGroup={(chosen) => void navigate({ search: (before) => ({ ...before, group: chosen }), replace: true })}
        linkTo={(recipe) => (
          <Link to="/p/$project/recipes/$recipe" params={{ project, recipe }} className={`${linkClass} after:absolute after:inset-0`}>
            {recipe}
          </Link>
        )}
      />
    </Page>
  )
}
