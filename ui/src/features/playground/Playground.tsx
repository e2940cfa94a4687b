import { Plus, Send } from 'lucide-react'
import { useEffect, useEffectEvent, type ReactNode } from 'react'
import { keysOf } from '@/core/hotkeys'
import { textFor, valueOf, type Draft } from '@/core/playground'
import type { PlaygroundSearch } from '@/core/playgroundSearch'
import { Button } from '@/ui/Button'
import { Keys } from '@/ui/Keys'
import { useHotkey } from '@/ui/useHotkey'
import { useDraft } from './draft'
import { ModelColumn, type Picker } from './ModelColumn'
import { QuestionForm, type QuestionFormProps } from './QuestionForm'
import { Sent } from './Sent'
import { useAsk, useLook, useRowColumns, type Looked, type Question, type ToAsk } from './usePlayground'

export interface PlaygroundProps {
  project: string
  search: PlaygroundSearch
  picker: Picker
  runLink: (run: string) => ReactNode
  onSearch: QuestionFormProps['onSearch']
}

type Side = 'a' | 'b'

/** One question to one or two models side by side. */
export function Playground({ project, search, picker, runLink, onSearch }: PlaygroundProps) {
  const [draft, setDraft] = useDraft(project)
  const asking = { a: useAsk(project), b: useAsk(project) }
  const row = useRowColumns(project, search.dataset, search.row)
  const { data: looked, error } = useLook(project, questionOf(search, draft, undefined))
  const question = questionOf(search, draft, looked)
  const { data: filled, error: fault } = useLook(project, question)
  const shown = filled ?? looked
  const begin = useEffectEvent(() => {
    if (row && search.prompt === undefined && draft.text.trim() === '') setDraft({ text: textFor(Object.keys(row)) })
  })
  useEffect(() => { begin() }, [row])

  const parameters = Object.fromEntries(
    Object.entries({ temperature: search.temperature, max_tokens: search.max_tokens }).filter(([, value]) => value !== undefined),
  )
  const models = { a: search.a ?? '', b: search.b ?? '' }
  const toAsk = (side: Side, fresh = false): ToAsk => ({
    ...question, model: models[side].trim(), base_url: draft.urls[side].trim() || null, parameters, fresh, patience_s: 300,
  })
  const sides: readonly Side[] = search.b === undefined ? ['a'] : ['a', 'b']
  const ready = sides.filter((side) => models[side].trim() !== '')
  const problem = (error ?? fault)?.what ?? shown?.problem ?? ''
  const nothing = question.prompt === '' && question.text.trim() === ''
  const can = ready.length > 0 && !nothing && problem === '' && !ready.some((side) => asking[side].isPending)
  const send = () => {
    if (can) ready.forEach((side) => { asking[side].mutate(toAsk(side)) })
  }
  useHotkey('form.submit', send)
  const same = (side: Side) => JSON.stringify({ ...asking[side].variables, fresh: false }) === JSON.stringify(toAsk(side))
  return (
    <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[380px_minmax(0,1fr)]">
      <form
        aria-label="Question"
        className="flex min-w-0 flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        <QuestionForm
          project={project}
          search={search}
          draft={draft}
          looked={shown}
          fault={(error ?? fault)?.what}
          onSearch={onSearch}
          onDraft={setDraft}
        />
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" look="primary" size="large" icon={<Send />} disabled={!can}>
            {ready.length > 1 ? 'Send to both' : 'Send'}
          </Button>
          <Keys keys={keysOf('form.submit')[0] ?? ''} />
          <span aria-live="polite" className="min-w-0 text-label text-muted">
            {why(nothing, ready.length, shown?.problem ?? '')}
          </span>
        </div>
        <Sent system={shown?.system ?? ''} text={shown?.text ?? ''} />
      </form>
      <div className="grid min-w-0 grid-cols-1 items-start gap-4 md:grid-cols-2">
        {sides.map((side) => (
          <ModelColumn
            key={side}
            label={side === 'a' ? 'Model' : 'Second model'}
            model={models[side]}
            url={draft.urls[side]}
            picker={picker}
            asking={asking[side]}
            old={!same(side)}
            runLink={runLink}
            onModel={(model) => { onSearch({ [side]: model }) }}
            onUrl={(url) => { setDraft({ urls: { ...draft.urls, [side]: url } }) }}
            onAnew={() => { asking[side].mutate(toAsk(side, true)) }}
            {...(side === 'b' && {
              onClose: () => {
                asking.b.reset()
                onSearch({ b: undefined })
              },
            })}
          />
        ))}
        {search.b === undefined && (
          <Button size="large" icon={<Plus />} className="h-12 border-dashed" onClick={() => { onSearch({ b: '' }) }}>
            Compare with another model
          </Button>
        )}
      </div>
    </div>
  )
}

/** Why it cannot be sent, if it cannot. */
function why(nothing: boolean, models: number, problem: string): string {
  if (nothing) return 'Write something to ask.'
  return problem || (models === 0 ? 'Choose a model.' : '')
}

function questionOf(search: PlaygroundSearch, draft: Draft, looked: Looked | undefined): Question {
  const typed = (looked?.variables ?? []).filter(({ name }) => (draft.values[name] ?? '') !== '')
  const stored = search.prompt !== undefined
  return {
    prompt: search.prompt ?? '', text: stored ? '' : draft.text, system: stored ? '' : draft.system,
    values: Object.fromEntries(typed.map(({ name, type }) => [name, valueOf(draft.values[name] ?? '', type)])),
    dataset: search.dataset ?? '', row: search.row ?? '',
  }
}
