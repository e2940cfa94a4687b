import { compact, count, duration, plural, usd } from '@/core/format'
import { isGoing, secondsLeft, spentShare } from '@/core/runs'
import { Facts } from '@/ui/Facts'
import { Progress } from '@/ui/Progress'
import { costWords, keptShare, keptWords, rateWords } from './figures'
import type { RunFacts } from './useRuns'

/** The figures of a run: rows, rate, cost against the cap, tokens, calls, time. */
export function RunFigures({ run, begun }: { run: RunFacts; begun: number | undefined }) {
  const left = secondsLeft(run, begun)
  const share = spentShare(run)
  const cap = run.budget_usd
  const each = run.cost_usd !== null && run.cost_usd > 0 && run.kept > 0 ? `${usd(run.cost_usd / run.kept)} a row` : undefined
  return (
    <Facts
      facts={[
        { label: 'Kept', value: keptWords(run), note: <Progress label="Rows kept" share={keptShare(run)} tone={isGoing(run.state) ? 'accent' : 'ok'} /> },
        { label: 'Rate', value: rateWords(run, begun), note: left === undefined ? undefined : `${duration(left)} left` },
        {
          label: typeof cap === 'number' ? `Cost of ${usd(cap)}` : 'Cost',
          value: costWords(run),
          note:
            share === undefined ? (each ?? (typeof cap === 'number' ? undefined : 'no cap')) : <Progress label="Cap spent" share={share} tone={share > 0.8 ? 'warn' : 'accent'} />,
        },
        { label: 'Tokens', value: compact(run.tokens_in + run.tokens_out), note: `${compact(run.tokens_in)} in, ${compact(run.tokens_out)} out` },
        { label: 'Calls', value: count(run.calls), note: run.calls_reused > 0 ? `${count(run.calls_reused)} reused` : undefined },
        { label: 'Time', value: time(run, begun), note: run.pending > 0 ? `${plural(run.pending, 'row')} on the way` : undefined },
      ]}
    />
  )
}

function time(run: RunFacts, begun: number | undefined, now = Date.now()): string {
  return duration(run.seconds + (run.state === 'running' && begun !== undefined ? Math.max(0, now / 1000 - begun) : 0))
}
