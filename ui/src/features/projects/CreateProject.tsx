import { asProblem } from '@/core/problem'
import { NameProject } from './NameProject'
import { useCreateProject } from './useProjects'

export interface CreateProjectProps {
  onOpenChange: (open: boolean) => void
  onCreated: (project: string) => void
}

export function CreateProject({ onOpenChange, onCreated }: CreateProjectProps) {
  const create = useCreateProject()
  return (
    <NameProject
      title="New project"
      about="A project holds datasets, recipes and runs, and has a budget of its own."
      verb="Create project"
      busy={create.isPending}
      problem={create.error ? asProblem(create.error) : undefined}
      onOpenChange={onOpenChange}
      onEdit={create.reset}
      onName={(name) => {
        create.mutate(
          { body: { name } },
          {
            onSuccess: (made) => {
              onOpenChange(false)
              onCreated(made.name)
            },
          },
        )
      }}
    />
  )
}
