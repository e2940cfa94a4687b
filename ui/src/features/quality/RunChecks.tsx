import { useState } from 'react'
import { compact, duration, usd } from '@/core/format'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { Checkbox } from '@/ui/Checkbox'
import { Dialog } from '@/ui/Dialog'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { SkeletonList } from '@/ui/Skeleton'
import { capOf } from '@/core/cap'
import { CapField } from '@/ui/CapField'
import { ModelField } from './ModelField'
import { useBegin, useChecks, usePlan, type KnownCheck, type QualityOf, type Quote, type Wanted } from './useQuality'

interface Props {
  readonly of: QualityOf
  onBegun(run: string): void
  onClose(): void
}

/** Which checks are carried out, and with what: those that need nothing are free and chosen; where a model is asked, its cost is told first. */
export function RunChecks({ of, onBegun, onClose }: Props) {
  const checks = useChecks(of)
  return (
    <Dialog
      open
      onOpenChange={(open) => { if (!open) onClose() }}
      title="Run checks"
      about="Checks are a run: they go on when this page is closed, and the same checks of the same version are not carried out twice."
      size="medium"
    >
      {checks.error && <ErrorPanel problem={asProblem(checks.error)} />}
      {checks.isPending && <SkeletonList lines={5} label="Loading checks" />}
      {checks.data && <Form of={of} checks={checks.data.items} onBegun={onBegun} />}
    </Dialog>
  )
}

/** What has no own field here is given on the terminal. */
const needs: Readonly<Record<string, 'embedder' | 'against'>> = { 'semantic-duplicates': 'embedder', contamination: 'against' }

function Form({ of, checks, onBegun }: { readonly of: QualityOf; readonly checks: readonly KnownCheck[]; onBegun(run: string): void }) {
  const free = () => new Set(checks.filter(({ missing, kind }) => !missing && kind).map(({ name }) => name))
  const [chosen, setChosen] = useState<ReadonlySet<string>>(free)
  const [model, setModel] = useState('')
  const [given, setGiven] = useState({ embedder: '', against: '' })
  const [cap, setCap] = useState('1')
  const plan = usePlan(of)
  const begin = useBegin(of)
  const offered = checks.filter(({ kind, name, missing }) => kind && (!missing || name in needs))
  const names = offered.map(({ name }) => name).filter((name) => chosen.has(name))
  const asks = model.trim() !== '' || names.includes('semantic-duplicates')
  const budget = capOf(cap)
  const lacks = names.find((name) => { const field = needs[name]; return field !== undefined && given[field].trim() === '' })
  const wanted: Wanted = {
    checks: names,
    model: model.trim() || null,
    embedder: names.includes('semantic-duplicates') ? given.embedder.trim() || null : null,
    against: names.includes('contamination') ? given.against.trim() || null : null,
    budget_usd: asks ? budget.value : null,
  }
  const quoted = plan.data && JSON.stringify(plan.variables) === JSON.stringify(wanted) ? plan.data : undefined
  const sound = names.length > 0 && lacks === undefined && budget.problem === undefined
  const submit = () => {
    if (!sound) return
    if (asks && !quoted) plan.mutate(wanted)
    else begin.mutate(wanted, { onSuccess: onBegun })
  }
  const problem = plan.error ?? begin.error
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <fieldset className="flex flex-col gap-1">
        <legend className="pb-1 text-label font-medium">Checks</legend>
        {offered.map(({ name, found, missing }) => (
          <label key={name} className="flex items-baseline gap-2">
            <Checkbox
              checked={chosen.has(name)}
              onChange={(on) => { setChosen(new Set(on ? [...chosen, name] : [...chosen].filter((one) => one !== name))) }}
              className="relative top-0.5"
            />
            <span className="font-medium">{name}</span>
            <span className="min-w-0 text-label text-muted">{missing ? missing : `rows that ${found}`}</span>
          </label>
        ))}
      </fieldset>
      {names.includes('semantic-duplicates') && (
        <Field label="Embedder" hint="A model of embeddings, for semantic-duplicates.">
          {(control) => <ModelField {...control} value={given.embedder} onChange={(embedder) => { setGiven({ ...given, embedder }) }} />}
        </Field>
      )}
      {names.includes('contamination') && (
        <Field label="Evaluation set" hint="A dataset of this project, or a file where the server runs, for contamination.">
          {(control) => <Input {...control} value={given.against} onChange={(event) => { setGiven({ ...given, against: event.target.value }) }} />}
        </Field>
      )}
      <Field label="Model" hint="Leave it empty, and nobody is asked: all is computed on this machine, for nothing. A model judges grounding and toxicity, among others.">
        {(control) => <ModelField {...control} value={model} onChange={setModel} />}
      </Field>
      {asks && <CapField cap={cap} onCap={setCap} hint="It pauses before more than this is spent." />}
      <div aria-live="polite" className="flex flex-col gap-3 empty:hidden">
        {quoted && <Price quote={quoted} />}
        {problem && <ErrorPanel problem={asProblem(problem)} />}
      </div>
      <Button type="submit" look="primary" size="large" disabled={!sound} busy={plan.isPending || begin.isPending}>
        {asks && !quoted ? 'Say what it costs' : asks ? 'Run checks' : 'Run checks, free'}
      </Button>
    </form>
  )
}

function Price({ quote }: { readonly quote: Quote }) {
  const facts = [
    quote.calls && `${compact(quote.calls.mid)} calls`,
    quote.cost_usd ? `${usd(quote.cost_usd.mid)}, at most ${usd(quote.cost_usd.high)}` : 'price not known',
    quote.seconds && duration(quote.seconds.mid),
  ]
  return <p className="rounded-panel border border-line bg-raised px-3 py-2 tabular-nums">{facts.filter(Boolean).join(' · ')}</p>
}
