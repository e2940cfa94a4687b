import { useParams } from '@tanstack/react-router'
import { lastProject } from '@/core/shell'
import { useStored } from '@/ui/useStored'

/** The project of the address; where it names none, such as in the settings, the one that was open last. */
export function useProject(): string {
  const { project } = useParams({ strict: false })
  const [last] = useStored(lastProject)
  return project ?? last.name
}
