import { Pencil } from 'lucide-react'
import { useState } from 'react'
import { compact, usd } from '@/core/format'
import { asProblem } from '@/core/problem'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { IconButton } from '@/ui/IconButton'
import { Progress } from '@/ui/Progress'
import { SkeletonList } from '@/ui/Skeleton'
import { Table, type Column } from '@/ui/Table'
import { Section } from './Section'
import { SetBudget } from './SetBudget'
import { useProjects, type ProjectFacts } from './useSettings'

/** The projects, what they have spent, and the budget over all runs of each. */
export function ProjectBudgets() {
  const { data, error, refetch } = useProjects()
  const [asking, setAsking] = useState<ProjectFacts>()
  const columns: Column<ProjectFacts>[] = [
    { title: 'Project', cell: (one) => <span className="font-medium">{one.name}</span> },
    { title: 'Spent', number: true, cell: (one) => usd(one.spent_usd) },
    { title: 'Budget', number: true, cell: (one) => <Budget project={one} /> },
    { title: 'Tokens', number: true, wide: true, cell: (one) => compact(one.spent_tokens) },
    { title: 'Budget in tokens', number: true, wide: true, cell: (one) => (one.budget_tokens === null ? 'none' : compact(one.budget_tokens)) },
    {
      title: 'Change',
      number: true,
      cell: (one) => (
        <IconButton label={`Change the budget of ${one.name}`} onClick={() => { setAsking(one) }}>
          <Pencil />
        </IconButton>
      ),
    },
  ]
  return (
    <Section title="Budgets" about="A cap over all runs of a project: they pause before it is passed. What may have been billed counts, too.">
      {error && <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonList label="Loading projects" lines={3} />}
      {data && <Table label="Budgets" items={data.items} columns={columns} keyOf={(one) => one.name} />}
      {asking && <SetBudget project={asking} onClose={() => { setAsking(undefined) }} />}
    </Section>
  )
}

function Budget({ project: { name, budget_usd, spent_usd } }: { project: ProjectFacts }) {
  if (budget_usd === null) return 'none'
  const share = budget_usd === 0 ? 1 : spent_usd / budget_usd
  return (
    <span className="ml-auto flex max-w-28 flex-col gap-1">
      {usd(budget_usd)}
      <Progress label={`Budget spent by ${name}`} share={share} tone={share > 0.8 ? 'warn' : 'accent'} />
    </span>
  )
}
