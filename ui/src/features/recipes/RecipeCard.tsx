import type { ReactNode } from 'react'
import type { Recipe } from '@/core/recipes'
import { callsPerRow } from './words'

/** A recipe in the catalogue: what it makes, what it needs, what it asks of models. */
export function RecipeCard({ recipe, link }: { recipe: Recipe; link: ReactNode }) {
  return (
    <li className="relative flex flex-col gap-1 rounded-panel border border-line bg-surface p-3 transition-colors hover:border-control-line">
      <h3 className="flex min-w-0 font-medium">{link}</h3>
      <p className="flex-1 text-muted">{recipe.description}</p>
      <dl className="mt-1 flex flex-wrap gap-x-3 gap-y-0.5 text-label text-muted">
        <Part name="Needs">{recipe.needs}</Part>
        <Part name="Gives">{recipe.gives[0]}</Part>
        <Part name="Asks">{callsPerRow(recipe.calls)}</Part>
      </dl>
    </li>
  )
}

function Part({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex gap-1">
      <dt>{name}</dt>
      <dd className="text-fg">{children}</dd>
    </div>
  )
}
