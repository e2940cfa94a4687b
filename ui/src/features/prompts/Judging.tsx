import { Scale } from 'lucide-react'
import { useState } from 'react'
import { plural, usd } from '@/core/format'
import { verdictOf } from '@/core/prompts'
import { asProblem } from '@/core/problem'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { Panel } from '@/ui/Panel'
import type { Picker } from './PromptTest'
import { useCompare } from './usePrompts'

export interface JudgingProps {
  project: string
  /** The runs of the two sides. */
  a: string
  b: string
  model: string
  url: string
  picker: Picker
}

/** Asks a model which side is better, row by row and in both orders, and says what that shows. */
export function Judging({ project, a, b, model, url, picker }: JudgingProps) {
  const [judge, setJudge] = useState(model)
  const [criteria, setCriteria] = useState('')
  const compare = useCompare(project)
  const found = compare.data
  return (
    <Panel title="Which is better" about="A judge reads each pair twice, in both orders, so that its place decides nothing.">
      <form
        aria-label="Judge"
        className="flex flex-col gap-3 rounded-panel border border-line bg-surface p-3"
        onSubmit={(event) => {
          event.preventDefault()
          compare.mutate({ run: a, other: b, judge: judge.trim(), base_url: url.trim() || null, criteria: criteria.trim() })
        }}
      >
        <div className="grid grid-cols-1 items-start gap-3 md:grid-cols-[1fr_2fr_auto]">
          <Field label="Judge">{(control) => picker({ ...control, value: judge, placeholder: 'provider/name', onChange: setJudge })}</Field>
          <Field label="What makes one better">
            {(control) => (
              <Input {...control} value={criteria} placeholder="correct, and short" onChange={(event) => { setCriteria(event.target.value) }} />
            )}
          </Field>
          <Button type="submit" icon={<Scale />} className="md:mt-5" disabled={judge.trim() === ''} busy={compare.isPending}>Judge</Button>
        </div>
        <div aria-live="polite" className="flex flex-col gap-2 empty:hidden">
          {compare.error && <ErrorPanel problem={asProblem(compare.error)} />}
          {found && (
            <>
              <p className="flex flex-wrap items-center gap-2">
                <Badge tone={found.verdict.endsWith('better') ? 'ok' : 'neutral'}>{found.verdict}</Badge>
                <span className="tabular-nums">{verdictOf(found)}</span>
              </p>
              <p className="text-label text-muted tabular-nums">
                {plural(found.paired, 'pair')}
                {found.judge && ` · A preferred ${String(found.judge.a)} times, B ${String(found.judge.b)}, neither ${String(found.judge.ties)}`}
                {typeof found.judge?.cost_usd === 'number' && ` · ${usd(found.judge.cost_usd)}`}
              </p>
              {found.notes.map((note) => <p key={note} className="text-label text-muted">{note}</p>)}
            </>
          )}
        </div>
      </form>
    </Panel>
  )
}
