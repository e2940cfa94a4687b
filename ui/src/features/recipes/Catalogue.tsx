import { Search, SearchX } from 'lucide-react'
import { useRef, type ReactNode } from 'react'
import { groups, matching, type Group } from '@/core/recipes'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Input } from '@/ui/Input'
import { SkeletonList } from '@/ui/Skeleton'
import { useHotkey } from '@/ui/useHotkey'
import { GroupFilter } from './GroupFilter'
import { RecipeCard } from './RecipeCard'
import { useRecipes } from './useRecipes'

export interface CatalogueProps {
  find: string
  group: Group | undefined
  onFind: (words: string) => void
  onGroup: (group: Group | undefined) => void
  /** Draws the link to a recipe. */
  linkTo: (recipe: string) => ReactNode
}

/** The recipes that ship, to be searched by words and narrowed to a group. */
export function Catalogue({ find, group, onFind, onGroup, linkTo }: CatalogueProps) {
  const { recipes, error, refetch } = useRecipes()
  const search = useRef<HTMLInputElement>(null)
  useHotkey('filter.focus', (event) => {
    event?.preventDefault()
    search.current?.focus()
  })
  if (error) return <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />
  if (!recipes) return <SkeletonList label="Loading recipes" lines={12} />
  const named = matching(recipes, find)
  const shown = matching(named, '', group)
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-col gap-2">
        <Input
          ref={search}
          type="search"
          icon={<Search />}
          aria-label="Search recipes"
          placeholder="Search by what it makes, needs or follows"
          className="max-w-100"
          value={find}
          onChange={(event) => {
            onFind(event.target.value)
          }}
        />
        <GroupFilter recipes={named} group={group} onGroup={onGroup} />
      </div>
      {shown.length === 0 && (
        <EmptyState
          icon={<SearchX />}
          title="No recipe has these words"
          actions={
            <Button
              onClick={() => {
                onFind('')
                onGroup(undefined)
              }}
            >
              Show all recipes
            </Button>
          }
        >
          <p>Try fewer words, or another group.</p>
        </EmptyState>
      )}
      {(Object.keys(groups) as Group[])
        .map((one) => ({ group: one, recipes: shown.filter((recipe) => recipe.group === one) }))
        .filter(({ recipes: those }) => those.length > 0)
        .map(({ group: one, recipes: those }) => (
          <section key={one} aria-label={groups[one]} className="flex flex-col gap-2">
            <h2 className="text-label font-medium text-muted">{groups[one]}</h2>
            <ul className="grid grid-cols-1 gap-2 md:grid-cols-2 lg:grid-cols-3">
              {those.map((recipe) => (
                <RecipeCard key={recipe.name} recipe={recipe} link={linkTo(recipe.name)} />
              ))}
            </ul>
          </section>
        ))}
    </div>
  )
}
