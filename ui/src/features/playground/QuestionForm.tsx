import { X } from 'lucide-react'
import type { Draft } from '@/core/playground'
import type { PlaygroundSearch } from '@/core/playgroundSearch'
import { Combobox } from '@/ui/Combobox'
import { Field } from '@/ui/Field'
import { IconButton } from '@/ui/IconButton'
import { Input } from '@/ui/Input'
import { Segments } from '@/ui/Segments'
import { TextArea } from '@/ui/TextArea'
import { RowPicker } from './RowPicker'
import { usePrompts, type Looked } from './usePlayground'
import { VariableField } from './VariableField'

export interface QuestionFormProps {
  project: string
  search: PlaygroundSearch
  draft: Draft
  looked: Looked | undefined
  fault: string | undefined
  onSearch: (change: { readonly [K in keyof PlaygroundSearch]?: PlaygroundSearch[K] | undefined }) => void
  onDraft: (change: Partial<Draft>) => void
}

/** What is asked: a text or a stored prompt, the values of its variables, a row, and how the models are to be asked. */
export function QuestionForm({ project, search, draft, looked, fault, onSearch, onDraft }: QuestionFormProps) {
  const prompts = usePrompts(project)
  const stored = search.prompt !== undefined
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Segments
          label="What is asked"
          value={stored ? 'stored' : 'text'}
          options={[{ value: 'text', label: 'A text' }, { value: 'stored', label: 'A stored prompt' }]}
          onChange={(kind) => { onSearch({ prompt: kind === 'text' ? undefined : (prompts[0]?.name ?? '') }) }}
        />
      </div>
      {stored ? (
        <Field label="Prompt" hint={prompts.length === 0 ? 'No prompt is stored in this project yet.' : 'name, name@tag or name@version'} error={fault}>
          {(control) => (
            <Combobox
              {...control}
              value={search.prompt ?? ''}
              choices={prompts.map(({ name, prompt }) => ({ value: name, note: <span className="truncate text-label text-muted">{prompt.title}</span> }))}
              onChange={(prompt) => { onSearch({ prompt }) }}
            />
          )}
        </Field>
      ) : (
        <>
          <Field label="Text" hint="Variables stand in double braces: {{ topic }}" error={fault}>
            {(control) => (
              <TextArea {...control} mono className="min-h-28" value={draft.text} onChange={(event) => { onDraft({ text: event.target.value }) }} />
            )}
          </Field>
          <Field label="System text">
            {(control) => (
              <TextArea
                {...control}
                mono
                rows={2}
                value={draft.system}
                placeholder="none"
                onChange={(event) => { onDraft({ system: event.target.value }) }}
              />
            )}
          </Field>
        </>
      )}
      <div className="flex flex-wrap items-center gap-2">
        {search.row === undefined ? (
          <RowPicker project={project} onPick={(dataset, row) => { onSearch({ dataset, row }) }} />
        ) : (
          <span className="inline-flex h-7 max-w-full items-center gap-1 rounded-control border border-line bg-raised pl-2">
            <span className="truncate">
              Row <span className="font-mono text-mono">{search.row.slice(0, 8)}</span> of {search.dataset}
            </span>
            <IconButton label="Leave the row out" className="size-6" onClick={() => { onSearch({ dataset: undefined, row: undefined }) }}><X /></IconButton>
          </span>
        )}
      </div>
      {looked && looked.variables.length > 0 && (
        <fieldset className="flex flex-col gap-3 rounded-panel border border-line p-3">
          <legend className="px-1 text-label text-muted">Variables</legend>
          {looked.variables.map((variable) => (
            <VariableField
              key={variable.name}
              variable={variable}
              typed={draft.values[variable.name] ?? ''}
              onType={(typed) => { onDraft({ values: { ...draft.values, [variable.name]: typed } }) }}
            />
          ))}
        </fieldset>
      )}
      <div className="grid grid-cols-2 gap-3">
        <NumberField
          label="Temperature"
          value={search.temperature}
          placeholder={asksFor(looked, 'temperature', "the server's own")}
          hint="0 to 2"
          onChange={(temperature) => { onSearch({ temperature }) }}
        />
        <NumberField
          label="Most tokens"
          value={search.max_tokens}
          placeholder={asksFor(looked, 'max_tokens', '1024')}
          hint="of the answer"
          onChange={(max_tokens) => { onSearch({ max_tokens }) }}
        />
      </div>
    </>
  )
}

/** What stands for a parameter that is not given: the prompt's own, else what is usual. */
function asksFor(looked: Looked | undefined, name: string, usual: string): string {
  const own = looked?.parameters[name]
  return typeof own === 'number' ? `${String(own)}, the prompt's` : usual
}

interface NumberFieldProps {
  label: string
  hint: string
  value: number | undefined
  placeholder: string
  onChange: (value: number | undefined) => void
}

function NumberField({ label, hint, value, placeholder, onChange }: NumberFieldProps) {
  return (
    <Field label={label} hint={hint}>
      {(control) => (
        <Input
          {...control}
          type="number"
          min={0}
          step="any"
          value={value ?? ''}
          placeholder={placeholder}
          onChange={(event) => { onChange(event.target.value === '' ? undefined : event.target.valueAsNumber) }}
        />
      )}
    </Field>
  )
}
