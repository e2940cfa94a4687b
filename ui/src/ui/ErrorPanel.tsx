import { CircleAlert } from 'lucide-react'
import type { Problem } from '@/core/problem'
import { Button } from './Button'

export interface ErrorPanelProps {
  problem: Problem
  onRetry?: () => void
}

/** What is wrong and what to do about it, in the server's words. */
export function ErrorPanel({ problem, onRetry }: ErrorPanelProps) {
  return (
    <div role="alert" className="flex gap-2.5 rounded-panel border border-bad bg-surface p-3">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="min-w-0 flex-1 break-words">
        <p className="font-medium">{problem.what}</p>
        {problem.fix !== '' && <p className="text-muted">{problem.fix}</p>}
        {problem.problems.length > 1 && (
          <ul className="mt-1 list-disc pl-4 text-muted">
            {problem.problems.map((one, index) => (
              <li key={index}>
                {one.what} {one.fix}
              </li>
            ))}
          </ul>
        )}
      </div>
      {onRetry && (
        <Button onClick={onRetry} className="self-start">
          Try again
        </Button>
      )}
    </div>
  )
}
