import { MessageSquareText } from 'lucide-react'
import type { ReactNode } from 'react'
import { ago } from '@/core/format'
import { asProblem } from '@/core/problem'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { SkeletonList } from '@/ui/Skeleton'
import { Table } from '@/ui/Table'
import { usePrompts } from './usePrompts'

export interface PromptListProps {
  project: string
  linkTo: (prompt: string) => ReactNode
  /** Begins a new prompt, for where there is none yet. */
  begin: ReactNode
}

/** The prompts of a project, each with its newest version. */
export function PromptList({ project, linkTo, begin }: PromptListProps) {
  const { prompts, error, refetch } = usePrompts(project)
  if (error) return <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />
  if (!prompts) return <SkeletonList label="Loading prompts" />
  if (prompts.length === 0) {
    return (
      <EmptyState icon={<MessageSquareText />} title="No prompts yet" actions={begin}>
        <p>A prompt is a text with variables, and a history: each change is a version that can be compared, tested and restored.</p>
      </EmptyState>
    )
  }
  return (
    <Table
      label="Prompts"
      items={prompts}
      keyOf={({ name }) => name}
      columns={[
        { title: 'Prompt', cell: ({ name }) => linkTo(name) },
        { title: 'Title', wide: true, cell: ({ prompt }) => <span className="line-clamp-1">{prompt.title}</span> },
        { title: 'Variables', wide: true, cell: ({ used }) => <span className="line-clamp-1 font-mono text-mono">{used.join(', ')}</span> },
        { title: 'Tags', wide: true, cell: ({ prompt }) => <span className="line-clamp-1 text-muted">{prompt.tags.join(', ')}</span> },
        {
          title: 'Changed',
          cell: ({ committed_at, author }) => (
            <span className="whitespace-nowrap text-muted">
              {ago(new Date(committed_at * 1000))} <span className="max-sm:hidden">by {author}</span>
            </span>
          ),
        },
      ]}
    />
  )
}
