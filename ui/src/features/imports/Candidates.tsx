import { clsx } from 'clsx'
import { RadioGroup } from 'radix-ui'
import type { Candidate } from '@/core/imports'
import { Progress } from '@/ui/Progress'

export interface CandidatesProps {
  candidates: readonly Candidate[]
  chosen: string | undefined
  onChoose: (format: string) => void
}

const shown = 4

/** The formats that the records may have, the likeliest first, each with how well it fits and what shows it. */
export function Candidates({ candidates, chosen, onChoose }: CandidatesProps) {
  return (
    <RadioGroup.Root aria-label="Format" value={chosen ?? null} onValueChange={onChoose} className="flex flex-col gap-2">
      {candidates.slice(0, shown).map((one) => (
        <RadioGroup.Item
          key={one.format}
          value={one.format}
          className={clsx(
            'flex flex-col gap-1 rounded-panel border bg-surface px-3 py-2 text-left transition-colors',
            one.format === chosen ? 'border-accent' : 'border-line hover:border-control-line',
          )}
        >
          <span className="flex w-full items-center gap-3">
            <span className={clsx('font-medium', one.format === chosen && 'text-accent')}>{one.format}</span>
            <span className="ml-auto w-20 shrink-0">
              <Progress label={`How well ${one.format} fits`} share={one.score} tone={one.score >= 0.4 ? 'ok' : 'warn'} />
            </span>
            <span className="w-10 shrink-0 text-right text-label text-muted tabular-nums">{one.score.toFixed(2)}</span>
          </span>
          {one.evidence.slice(0, 3).map((said) => (
            <span key={said} className="w-full text-label break-words text-muted">
              {said}
            </span>
          ))}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  )
}
