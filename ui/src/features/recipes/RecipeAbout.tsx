import type { ReactNode } from 'react'
import { kindOf, isNeeded, usual, sameAs, type Recipe } from '@/core/recipes'
import { Badge } from '@/ui/Badge'
import { Panel } from '@/ui/Panel'
import { Table, type Column } from '@/ui/Table'
import { callsPerRow } from './words'

interface Row {
  name: string
  needed: boolean
  value: string
  help: string
}

const columns: readonly Column<Row>[] = [
  { title: 'Parameter', cell: (row) => <span className="font-mono text-mono">{row.name}</span> },
  {
    title: 'Default',
    cell: (row) => (row.needed ? <Badge tone="accent">must be given</Badge> : <span className="line-clamp-2 max-w-60 break-words">{row.value}</span>),
  },
  { title: 'What it is', wide: true, cell: (row) => <span className="text-muted">{row.help}</span> },
]

/** What a recipe follows, takes, asks and does. */
export function RecipeAbout({ recipe }: { recipe: Recipe }) {
  const parameters = Object.entries(recipe.parameters).map(([name, one]) => {
    const same = sameAs(one)
    const value = same !== undefined ? `that of ${same}` : usual(one, kindOf(name, recipe.parameters)).replaceAll('\n', ', ') || 'unset'
    return { name, needed: isNeeded(one), value, help: one.agree ?? one.help ?? '' }
  })
  return (
    <div className="flex flex-col gap-6">
      <p className="max-w-180 text-title">{recipe.description}</p>
      <dl className="grid max-w-220 grid-cols-1 gap-x-6 gap-y-1 sm:grid-cols-[120px_minmax(0,1fr)] sm:gap-y-2">
        <Part name="Needs">{recipe.needs}</Part>
        <Part name="Asks models">{recipe.roles.length > 0 ? `${callsPerRow(recipe.calls)}, of ${recipe.roles.join(', ')}` : 'none'}</Part>
        <Part name="Method">{recipe.source}</Part>
        <Part name="Goes out as">
          <span className="flex flex-wrap gap-1">
            {recipe.gives.map((format) => (
              <Badge key={format}>{format}</Badge>
            ))}
          </span>
        </Part>
      </dl>
      <Panel title="Steps" about="Each row goes through them in this order.">
        <ol className="flex flex-wrap items-center gap-y-1">
          {recipe.steps.map((kind, index) => (
            <li key={index} className="flex items-center">
              {index > 0 && <span aria-hidden className="h-px w-3 bg-control-line" />}
              <span className="rounded-control border border-line bg-surface px-2 py-0.5 font-mono text-mono">{kind}</span>
            </li>
          ))}
        </ol>
      </Panel>
      {parameters.length > 0 && (
        <Panel title="Parameters">
          <Table label="Parameters" items={parameters} columns={columns} keyOf={(row) => row.name} />
        </Panel>
      )}
    </div>
  )
}

function Part({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words max-sm:mb-2">{children}</dd>
    </>
  )
}
