import { ArrowRight } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { nameFault } from '@/core/imports'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { Segments } from '@/ui/Segments'
import { TextArea } from '@/ui/TextArea'
import { useHotkey } from '@/ui/useHotkey'
import { ModelFields, settingsOf, type ModelField } from './ModelFields'
import { useBegin } from './useGuides'

export interface BeginGuideProps {
  project: string
  /** Draws the field in which a model is chosen. */
  modelField: ModelField
  keysLink: ReactNode
  onBegun: (guide: string) => void
}

const sources = [
  { value: 'none', label: 'From scratch' },
  { value: 'text', label: 'From a prompt of mine' },
] as const

/** The way into a talk: a prompt that is there already or none, a model, a name. */
export function BeginGuide({ project, modelField, keysLink, onBegun }: BeginGuideProps) {
  const [source, setSource] = useState<'none' | 'text'>('none')
  const [prompt, setPrompt] = useState('')
  const [model, setModel] = useState({ model: '', address: '' })
  const [name, setName] = useState('')
  const begin = useBegin(project)
  const problem = begin.error ? asProblem(begin.error) : undefined
  const fault = nameFault(name)
  const ready = fault === undefined && (source === 'none' || prompt.trim() !== '')
  const submit = () => {
    if (!ready || begin.isPending) return
    begin.mutate(
      {
        name: name.trim(),
        ...(source === 'text' && { prompt_text: prompt }),
        ...settingsOf(model),
      },
      { onSuccess: ({ id }) => { onBegun(id) } },
    )
  }
  useHotkey('form.submit', submit)
  return (
    <form
      className="flex max-w-150 flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <div className="flex flex-col gap-3">
        <Segments label="Where it begins" value={source} options={sources} onChange={setSource} />
        {source === 'none' ? (
          <p className="text-muted">You say what the data is for; what is missing is asked for.</p>
        ) : (
          <Field label="Prompt" hint="The prompt that the dataset is to test or train. The model reads what it tells; each item it fills shows the words that say so.">
            {(control) => (
              <TextArea
                {...control}
                mono
                rows={8}
                value={prompt}
                placeholder="You are a patient support agent …"
                onChange={(event) => {
                  setPrompt(event.target.value)
                }}
              />
            )}
          </Field>
        )}
      </div>
      <ModelFields
        value={model}
        hint={<>It reads your answers, and writes samples and rows. {keysLink}</>}
        modelField={modelField}
        onChange={setModel}
      />
      <Field label="Name" hint="Of the dataset; it can be changed later." error={fault}>
        {(control) => (
          <Input
            {...control}
            value={name}
            placeholder="support"
            onChange={(event) => {
              setName(event.target.value)
            }}
          />
        )}
      </Field>
      {problem && <ErrorPanel problem={problem} />}
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" look="primary" size="large" icon={<ArrowRight />} disabled={!ready} busy={begin.isPending}>
          Begin
        </Button>
        {model.model.trim() === '' && <span className="text-label text-muted">Without a model the talk is a form; samples need one, which can be chosen later.</span>}
      </div>
    </form>
  )
}
