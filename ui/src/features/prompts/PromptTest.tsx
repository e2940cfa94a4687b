import { Play, Shuffle } from 'lucide-react'
import { useState, type ComponentPropsWithoutRef, type ReactNode } from 'react'
import { calledBy } from '@/core/prompts'
import type { TestSearch } from '@/core/promptSearch'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import type { Combobox } from '@/ui/Combobox'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { Keys } from '@/ui/Keys'
import { Select } from '@/ui/Select'
import { SkeletonList } from '@/ui/Skeleton'
import { useHotkey } from '@/ui/useHotkey'
import { Judging } from './Judging'
import { TestRows } from './TestRows'
import { useDatasetNames, useLog, useTest, type ToTry } from './usePrompts'

export type Picker = (props: Omit<ComponentPropsWithoutRef<typeof Combobox>, 'choices' | 'foot'>) => ReactNode

export interface PromptTestProps {
  project: string
  prompt: string
  search: TestSearch
  picker: Picker
  runLink: (run: string) => ReactNode
  onSearch: (change: { readonly [K in keyof TestSearch]?: TestSearch[K] | undefined }) => void
}

/** One or two versions of a prompt on the same rows: what would be sent, what a model answers, and which a judge finds better. */
export function PromptTest({ project, prompt, search, picker, runLink, onSearch }: PromptTestProps) {
  const versions = useLog(project, prompt).data?.items ?? []
  const names = useDatasetNames(project)
  const [url, setUrl] = useState('')
  const tests = { a: useTest(project), b: useTest(project) }
  const dataset = search.dataset ?? names[0] ?? ''
  const two = search.b !== undefined
  const busy = tests.a.isPending || tests.b.isPending
  const wanted = (version: string | undefined): ToTry => ({
    name: version === undefined ? prompt : `${prompt}@${version}`, dataset, rows: [], values: {}, limit: search.rows ?? 5, seed: search.seed ?? 0,
    model: search.model?.trim() || null, base_url: url.trim() || null,
  })
  const run = () => {
    if (busy) return
    tests.a.mutate(wanted(search.a))
    if (two) tests.b.mutate(wanted(search.b))
    else tests.b.reset()
  }
  useHotkey('form.submit', run)
  const choices = versions.map((one, n) => ({ value: one.version, label: `${calledBy(one)}${n === 0 ? ' (newest)' : ''} ${one.message}`.trim() }))
  const chosen = (said: string | undefined) =>
    said === undefined ? undefined : versions.find(({ version, refs }) => version.startsWith(said) || refs.includes(said))?.version
  const [a, b] = [tests.a.data, two ? tests.b.data : undefined]
  const error = tests.a.error ?? (two ? tests.b.error : null)
  return (
    <div className="flex flex-col gap-4">
      <form
        aria-label="Test"
        className="flex flex-col gap-3 rounded-panel border border-line bg-surface p-3"
        onSubmit={(event) => {
          event.preventDefault()
          run()
        }}
      >
        <div className="grid grid-cols-1 gap-3 sm:grid-cols-2 lg:grid-cols-4">
          <Field label="Version A">
            {(control) => (
              <Select
                {...control}
                value={chosen(search.a) ?? choices[0]?.value ?? ''}
                options={choices}
                onChange={(version) => { onSearch({ a: version.slice(0, 12) }) }}
              />
            )}
          </Field>
          <Field label="Version B">
            {(control) => (
              <Select
                {...control}
                value={chosen(search.b) ?? ''}
                options={[{ value: '', label: 'none: A alone' }, ...choices]}
                onChange={(version) => { onSearch({ b: version === '' ? undefined : version.slice(0, 12) }) }}
              />
            )}
          </Field>
          <Field label="Rows of">
            {(control) => (
              <Select
                {...control}
                value={dataset}
                options={names.length === 0 ? [{ value: '', label: 'no dataset' }] : names.map((name) => ({ value: name, label: name }))}
                onChange={(name) => { onSearch({ dataset: name }) }}
              />
            )}
          </Field>
          <Field label="How many">
            {(control) => (
              <Input
                {...control}
                type="number"
                min={1}
                max={100}
                value={search.rows ?? 5}
                onChange={(event) => { onSearch({ rows: event.target.valueAsNumber }) }}
              />
            )}
          </Field>
          <Field label="Model" hint="Empty: shows what would be sent.">
            {(control) => picker({ ...control, value: search.model ?? '', placeholder: 'none', onChange: (model) => { onSearch({ model }) } })}
          </Field>
          <Field label="Address">
            {(control) => <Input {...control} value={url} placeholder="the provider's own" onChange={(event) => { setUrl(event.target.value) }} />}
          </Field>
        </div>
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" look="primary" size="large" icon={<Play />} busy={busy} disabled={busy || versions.length === 0}>
            {search.model ? 'Test' : 'Show what is sent'}
          </Button>
          <Keys keys="Ctrl+Enter" />
          <Button icon={<Shuffle />} onClick={() => { onSearch({ seed: (search.seed ?? 0) + 1 }) }}>Other rows</Button>
        </div>
      </form>
      <div aria-live="polite" aria-busy={busy} className="flex flex-col gap-4">
        {busy && <SkeletonList lines={5} label="Trying the prompt" />}
        {!busy && error && <ErrorPanel problem={asProblem(error)} />}
        {!busy && a && <TestRows a={a} b={b} runLink={runLink} />}
      </div>
      {!busy && a?.asked && b?.asked && (
        <Judging key={`${a.asked.run} ${b.asked.run}`} project={project} a={a.asked.run} b={b.asked.run} model={search.model ?? ''} url={url} picker={picker} />
      )}
    </div>
  )
}
