import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Problem, ProblemAt } from '@/core/problem'
import { fixHere } from '@/core/recipes'

export interface CheckProblemsProps {
  problem: Problem
  unplaced: readonly ProblemAt[]
  keysLink: ReactNode
}

/** What is wrong with a recipe; what stands at a parameter is told there. */
export function CheckProblems({ problem, unplaced, keysLink }: CheckProblemsProps) {
  const at = problem.problems.length - unplaced.length
  const key = problem.problems.some(({ what }) => what.includes('There is no key'))
  return (
    <div role="alert" className="flex gap-2.5 rounded-panel border border-bad p-3">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="flex min-w-0 flex-1 flex-col gap-1 break-words">
        <p className="font-medium">{problem.what}</p>
        {problem.fix !== '' && <p className="text-muted">{problem.fix}</p>}
        {at > 0 && <p className="text-muted">{at === 1 ? 'One stands at its parameter.' : `${String(at)} stand at their parameters.`}</p>}
        {unplaced.length > 0 && (
          <ul className="list-disc pl-4">
            {unplaced.map(({ what, fix, file, line }, index) => (
              <li key={index}>
                {what} <span className="text-muted">{fixHere(fix)}</span>
                {line > 0 && (
                  <span className="text-label text-muted">
                    {' '}
                    {file}, line {line}.
                  </span>
                )}
              </li>
            ))}
          </ul>
        )}
        {key && <p>{keysLink}</p>}
      </div>
    </div>
  )
}
