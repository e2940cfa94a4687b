import { clsx } from 'clsx'
import { groups, type Group, type Recipe } from '@/core/recipes'

export interface GroupFilterProps {
  recipes: readonly Recipe[]
  group: Group | undefined
  onGroup: (group: Group | undefined) => void
}

/** The groups of the catalogue with how many recipes each has; one or all can be shown. */
export function GroupFilter({ recipes, group, onGroup }: GroupFilterProps) {
  const options = [
    { value: undefined, label: 'All', count: recipes.length },
    ...(Object.keys(groups) as Group[]).map((value) => ({ value, label: groups[value], count: recipes.filter((one) => one.group === value).length })),
  ]
  return (
    <div role="group" aria-label="Groups" className="-mx-4 flex gap-1 overflow-x-auto px-4 py-0.5 sm:mx-0 sm:flex-wrap sm:px-0">
      {options.map(({ value, label, count }) => (
        <button
          key={label}
          type="button"
          aria-pressed={value === group}
          disabled={count === 0 && value !== group}
          onClick={() => {
            onGroup(value)
          }}
          className={clsx(
            'inline-flex h-6 shrink-0 items-center gap-1.5 rounded-control border px-2 text-label transition-colors disabled:opacity-50',
            value === group ? 'border-accent bg-selected font-medium text-accent' : 'border-line bg-surface enabled:hover:border-control-line',
          )}
        >
          {label}
          <span className={clsx('tabular-nums', value !== group && 'text-muted')}>{count}</span>
        </button>
      ))}
    </div>
  )
}
