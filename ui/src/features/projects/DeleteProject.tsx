import { asProblem } from '@/core/problem'
import { ConfirmByName } from '@/ui/ConfirmByName'
import { toast } from '@/ui/toasts'
import { useDeleteProject } from './useProjects'

export interface DeleteProjectProps {
  project: string
  onOpenChange: (open: boolean) => void
  onDeleted: () => void
}

export function DeleteProject({ project, onOpenChange, onDeleted }: DeleteProjectProps) {
  const remove = useDeleteProject()
  return (
    <ConfirmByName
      open
      onOpenChange={onOpenChange}
      title={`Delete project ${project}`}
      about="Its datasets, recipes and runs are deleted and cannot be brought back. Answers that were bought stay stored and can be used again."
      name={project}
      verb="Delete project"
      busy={remove.isPending}
      problem={remove.error ? asProblem(remove.error) : undefined}
      onConfirm={() => {
        remove.mutate(
          { params: { path: { project } } },
          {
            onSuccess: () => {
              onOpenChange(false)
              onDeleted()
              toast(`Project ${project} is deleted.`)
            },
          },
        )
      }}
    />
  )
}
