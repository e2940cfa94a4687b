import type { UseMutationResult } from '@tanstack/react-query'
import { Play } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { asProblem, type Problem, type ProblemAt } from '@/core/problem'
import { Button } from '@/ui/Button'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { useHotkey } from '@/ui/useHotkey'
import { CheckProblems } from './CheckProblems'
import { QuoteTable } from './QuoteTable'
import { TermFields } from './TermFields'
import { termsOf, type Terms } from './terms'
import { useStart, type Asked, type Quoted } from './useRecipes'

export interface StartPanelProps {
  project: string
  recipe: string
  sets: Record<string, string>
  quoting: UseMutationResult<Quoted, Problem, Asked>
  /** Problems that stand at no parameter. */
  unplaced: readonly ProblemAt[]
  keysLink: ReactNode
  onStarted: (run: string) => void
  /** The parameters. */
  children: ReactNode
}

/** Parameters at the left; at the right how much to make, what it comes to, and the start. It starts only what has been checked and quoted. */
export function StartPanel({ project, recipe, sets, quoting, unplaced, keysLink, onStarted, children }: StartPanelProps) {
  const [terms, setTerms] = useState<Terms>({ target: '', cap: '', into: '' })
  const start = useStart(project)
  const { values, faults } = termsOf(terms)
  const asked: Asked = { recipe, sets, budget_usd: values.budget_usd, target: values.target }
  const sound = recipe !== '' && Object.keys(faults).length === 0
  const quoted = quoting.data && JSON.stringify(quoting.data.asked) === JSON.stringify(asked) ? quoting.data : undefined
  const quote = () => {
    if (sound && !quoting.isPending) quoting.mutate(asked)
  }
  const run = (limit: number | null) => {
    start.mutate({ recipe, sets, ...values, limit }, { onSuccess: ({ run: made }) => { onStarted(made) } })
  }
  const running = (limit: number | null) => start.isPending && start.variables.limit === limit
  useHotkey('form.submit', () => {
    if (quoted) run(null)
    else quote()
  })
  return (
    <form
      className="grid grid-cols-1 items-start gap-6 md:grid-cols-[minmax(0,1fr)_360px]"
      onSubmit={(event) => {
        event.preventDefault()
        quote()
      }}
    >
      <div className="flex max-w-150 min-w-0 flex-col gap-4">{children}</div>
      <section aria-label="Start" className="flex min-w-0 flex-col gap-4 rounded-panel border border-line bg-surface p-4 md:sticky md:top-4">
        <TermFields terms={terms} faults={faults} onChange={setTerms} />
        <Button type="submit" look={quoted ? 'plain' : 'primary'} size="large" disabled={!sound} busy={quoting.isPending}>
          {quoting.isPending ? 'Checking and quoting' : 'Check and quote'}
        </Button>
        <div aria-live="polite" className="flex flex-col gap-3 empty:hidden">
          {quoting.error && <CheckProblems problem={asProblem(quoting.error)} unplaced={unplaced} keysLink={keysLink} />}
          {quoting.data && !quoted && <p className="text-muted">The values have changed since the quote. Check and quote again.</p>}
          {quoted && (
            <>
              <QuoteTable quote={quoted.quote} />
              <div className="grid grid-cols-2 gap-2">
                <Button size="large" busy={running(5)} disabled={start.isPending} onClick={() => { run(5) }}>
                  Run on 5 rows
                </Button>
                <Button look="primary" size="large" icon={<Play />} busy={running(null)} disabled={start.isPending} onClick={() => { run(null) }}>
                  Run all
                </Button>
              </div>
              {values.budget_usd === null && <p className="text-label text-muted">Without a cap a run spends what it needs, up to the budget of the project.</p>}
            </>
          )}
          {start.error && <ErrorPanel problem={asProblem(start.error)} />}
        </div>
      </section>
    </form>
  )
}
