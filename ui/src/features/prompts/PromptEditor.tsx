import { Save } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { NEW_VARIABLE, seeming, tagsOf, type PromptSaid } from '@/core/prompts'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { CodeEditor, type Mark } from '@/ui/CodeEditor'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { Keys } from '@/ui/Keys'
import { Panel } from '@/ui/Panel'
import { toast } from '@/ui/toasts'
import { useHotkey } from '@/ui/useHotkey'
import { ExamplesEditor } from './ExamplesEditor'
import { Findings } from './Findings'
import { Parameters } from './Parameters'
import { toSend, useFindings, useKeep, type Finding, type PromptFacts } from './usePrompts'
import { VariableRow } from './VariableRow'

export interface PromptEditorProps {
  project: string
  facts: PromptFacts
  /** The version that a change has to be made of: the newest. */
  newest: string
  /** Draws the way to try what is kept. */
  tryLink: ReactNode
  onKept: () => void
}

/** What is written: from which version on, after which one it is to be kept, and whether anything was typed. */
interface Writing {
  base: PromptFacts
  onto: string
  said: PromptSaid
  edited: boolean
}

/** A version of a prompt, to be changed and kept as the next one. */
export function PromptEditor({ project, facts, newest, tryLink, onKept }: PromptEditorProps) {
  const [{ base, onto, said, edited }, set] = useState<Writing>({ base: facts, onto: newest, said: facts.prompt, edited: false })
  // What others keep is followed as long as nothing is typed here; else it is told, and what is typed stays.
  const fresh: Writing = { base: facts, onto: newest, said: facts.prompt, edited: false }
  if (!edited && (base.version !== facts.version || onto !== newest)) set(fresh)
  const overtaken = edited && onto !== newest
  const [message, setMessage] = useState('')
  const keep = useKeep()
  const { data: findings, error } = useFindings(project, said)
  const changed = JSON.stringify(said) !== JSON.stringify(base.prompt)
  const older = base.version !== onto
  const change = (more: Partial<PromptSaid>) => { set((before) => ({ ...before, said: { ...before.said, ...more }, edited: true })) }
  const can = (changed || older) && said.text.trim() !== '' && !keep.isPending
  const save = () => {
    if (!can) return
    const body = { name: facts.name, prompt: toSend(said), file: '', form: 'md' as const, message, onto }
    keep.mutate(
      { params: { path: { project } }, body },
      {
        onSuccess: () => {
          set((before) => ({ ...before, edited: false }))
          setMessage('')
          toast('Kept as the newest version.')
          onKept()
        },
      },
    )
  }
  useHotkey('form.submit', save)
  const variables = said.variables
  const used = [...new Set([...seeming(said.text), ...seeming(said.system)])]
  const names = [...new Set([...Object.keys(variables), ...used])].filter((name) => name !== 'examples').sort()
  const words = names.map((label) => ({ label, detail: variables[label]?.help ?? '' }))
  return (
    <form
      className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,1fr)_380px]"
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
    >
      <div className="flex min-w-0 flex-col gap-4">
        <Part title="Text">
          <CodeEditor label="Text" language="jinja" value={said.text} words={words} marks={marksOf(findings, 'text')} onChange={(text) => { change({ text }) }} />
        </Part>
        <Part title="System text">
          <CodeEditor
            label="System text"
            language="jinja"
            value={said.system}
            words={words}
            marks={marksOf(findings, 'system')}
            onChange={(system) => { change({ system }) }}
          />
        </Part>
        <Findings findings={findings} problem={error} />
        <Panel title="Examples" about="They stand where {{ examples }} says, else above the text.">
          <ExamplesEditor examples={said.examples} onChange={(examples) => { change({ examples }) }} />
        </Panel>
      </div>
      <div className="flex min-w-0 flex-col gap-6 lg:sticky lg:top-4">
        <section aria-label="Keep" className="flex flex-col gap-3 rounded-panel border border-line bg-surface p-3">
          <Field label="What was done">
            {(control) => <Input {...control} value={message} placeholder="Shorter answers" onChange={(event) => { setMessage(event.target.value) }} />}
          </Field>
          <div className="flex flex-wrap items-center gap-3">
            <Button type="submit" look="primary" size="large" icon={<Save />} disabled={!can} busy={keep.isPending}>
              {older && !changed ? 'Keep as the newest' : 'Keep version'}
            </Button>
            <Keys keys="Ctrl+Enter" />
            {tryLink}
          </div>
          <p aria-live="polite" className="text-label text-muted">
            {changed ? 'Changed. The version before stays.' : older ? 'This is an older version.' : 'Nothing is changed.'}
          </p>
          {keep.error && !overtaken && <ErrorPanel problem={asProblem(keep.error)} />}
          {overtaken && (
            <div role="alert" className="flex flex-col gap-2 rounded-panel border border-warn p-2.5">
              <p>Somebody kept another version meanwhile. What you wrote is still here.</p>
              <div className="flex flex-wrap gap-2">
                <Button
                  onClick={() => {
                    keep.reset()
                    set((before) => ({ ...before, onto: newest }))
                  }}
                >
                  Keep mine after theirs
                </Button>
                <Button
                  onClick={() => {
                    keep.reset()
                    set(fresh)
                  }}
                >
                  Take theirs
                </Button>
              </div>
            </div>
          )}
        </section>
        {names.length > 0 && (
          <Panel title="Variables">
            <ul className="rounded-panel border border-line bg-surface">
              {names.map((name) => (
                <VariableRow
                  key={`${base.version} ${name}`}
                  name={name}
                  variable={variables[name]}
                  used={used.includes(name)}
                  onDeclare={() => { change({ variables: { ...variables, [name]: NEW_VARIABLE } }) }}
                  onChange={(variable) => {
                    const { [name]: _, ...rest } = variables
                    change({ variables: variable ? { ...variables, [name]: variable } : rest })
                  }}
                />
              ))}
            </ul>
          </Panel>
        )}
        <Panel title="Parameters">
          <Parameters parameters={said.parameters} onChange={(parameters) => { change({ parameters }) }} />
        </Panel>
        <Panel title="About">
          <div className="flex flex-col gap-3">
            <Field label="Title">
              {(control) => <Input {...control} value={said.title} onChange={(event) => { change({ title: event.target.value }) }} />}
            </Field>
            <Field label="Description">
              {(control) => <Input {...control} value={said.description} onChange={(event) => { change({ description: event.target.value }) }} />}
            </Field>
            <Field label="Tags" hint="Words by which it is found, with commas between them.">
              {(control) => (
                <Input {...control} key={base.version} defaultValue={said.tags.join(', ')} onChange={(event) => { change({ tags: tagsOf(event.target.value) }) }} />
              )}
            </Field>
          </div>
        </Panel>
      </div>
    </form>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-1">
      <span className="text-label font-medium">{title}</span>
      {children}
    </div>
  )
}

const severities = { high: 'error', medium: 'warning', low: 'info' } as const

/** The findings that stand in one of the texts. */
function marksOf(findings: readonly Finding[] | undefined, place: string): Mark[] {
  return (findings ?? []).flatMap(({ span, severity, what, fix, place: at }) =>
    span === null || at !== place ? [] : [{ from: span[0], to: span[1], severity: severities[severity], message: `${what} ${fix}` }],
  )
}
