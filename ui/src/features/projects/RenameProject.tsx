import { asProblem } from '@/core/problem'
import { toast } from '@/ui/toasts'
import { NameProject } from './NameProject'
import { useRenameProject } from './useProjects'

export interface RenameProjectProps {
  project: string
  onOpenChange: (open: boolean) => void
  onRenamed: (project: string) => void
}

export function RenameProject({ project, onOpenChange, onRenamed }: RenameProjectProps) {
  const rename = useRenameProject()
  return (
    <NameProject
      title={`Rename project ${project}`}
      about="Its datasets, prompts, runs, budget and keys stay its own. Commands and links name it by the new name."
      verb="Rename project"
      was={project}
      busy={rename.isPending}
      problem={rename.error ? asProblem(rename.error) : undefined}
      onOpenChange={onOpenChange}
      onEdit={rename.reset}
      onName={(name) => {
        rename.mutate(
          { params: { path: { project } }, body: { name } },
          {
            onSuccess: (made) => {
              onOpenChange(false)
              onRenamed(made.name)
              toast(`Project ${project} is called ${made.name} now.`)
            },
          },
        )
      }}
    />
  )
}
