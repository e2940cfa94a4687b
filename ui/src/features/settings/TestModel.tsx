import { useState } from 'react'
import { duration, usd } from '@/core/format'
import { asProblem } from '@/core/problem'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { Combobox } from '@/ui/Combobox'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { Section } from './Section'
import { useModels, useTestModel, type Trial } from './useSettings'

/** Asks a model one question for real. */
export function TestModel() {
  const { models } = useModels()
  const [model, setModel] = useState('')
  const [url, setUrl] = useState('')
  const test = useTestModel()
  return (
    <Section title="Test a model" about="Asks one short question for real, which may cost a fraction of a cent.">
      <form
        className="flex flex-col gap-3 rounded-panel border border-line bg-surface p-3"
        onSubmit={(event) => {
          event.preventDefault()
          test.mutate({ model: model.trim(), base_url: url.trim() === '' ? null : url.trim() })
        }}
      >
        <div className="grid grid-cols-1 items-start gap-3 sm:grid-cols-[1fr_1fr_auto]">
          <Field label="Model">
            {(control) => (
              <Combobox
                {...control}
                value={model}
                placeholder="openai/gpt-4o-mini"
                choices={(models ?? []).filter((one) => !one.model.includes('*')).map((one) => ({ value: one.model }))}
                onChange={setModel}
              />
            )}
          </Field>
          <Field label="Address">
            {(control) => <Input {...control} value={url} placeholder="the provider's own" onChange={(event) => { setUrl(event.target.value) }} />}
          </Field>
          <Button type="submit" className="sm:mt-5" disabled={model.trim() === ''} busy={test.isPending}>
            Test model
          </Button>
        </div>
        <div aria-live="polite" className="empty:hidden">
          {test.error && <ErrorPanel problem={asProblem(test.error)} />}
          {test.data && <Outcome trial={test.data} />}
        </div>
      </form>
    </Section>
  )
}

function Outcome({ trial }: { trial: Trial }) {
  if (!trial.ok) {
    return (
      <div role="alert">
        <p className="flex flex-wrap items-center gap-2">
          <Badge tone="bad">no answer</Badge>
          <span className="min-w-0 break-words">{trial.what}</span>
        </p>
        <p className="mt-1 text-muted">{trial.fix}</p>
      </div>
    )
  }
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <Badge tone="ok">answers</Badge>
      <span className="tabular-nums">{duration(trial.seconds)}</span>
      <span className="text-muted">by {trial.way}</span>
      <span className="text-muted tabular-nums">{trial.cost === null ? 'no price known' : usd(trial.cost)}</span>
      <code className="min-w-0 font-mono text-mono break-all">{JSON.stringify(trial.answer)}</code>
    </p>
  )
}
