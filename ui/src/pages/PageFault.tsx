import type { ErrorComponentProps } from '@tanstack/react-router'
import { asProblem } from '@/core/problem'
import { ErrorPanel } from '@/ui/ErrorPanel'

/** Stands in for a page that broke; the shell around it goes on. */
export function PageFault({ error, reset }: ErrorComponentProps) {
  return (
    <div className="p-4">
      <ErrorPanel problem={asProblem(error)} onRetry={reset} />
    </div>
  )
}
