import { Plus, Trash2 } from 'lucide-react'
import { shown } from '@/core/prompts'
import { Button } from '@/ui/Button'
import { Field } from '@/ui/Field'
import { IconButton } from '@/ui/IconButton'
import { TextArea } from '@/ui/TextArea'

export interface Example {
  input?: unknown
  answer?: unknown
}

/** The few-shot examples: what comes in, and the answer to it. One that is no text is kept as it is until it is edited. */
export function ExamplesEditor({ examples, onChange }: { examples: readonly Example[]; onChange: (examples: Example[]) => void }) {
  const change = (n: number, with_: Partial<Example>) => { onChange(examples.map((one, at) => (at === n ? { ...one, ...with_ } : one))) }
  return (
    <div className="flex flex-col gap-3">
      {examples.map((one, n) => (
        <div key={n} className="flex items-start gap-2 rounded-panel border border-line bg-surface p-3">
          <div className="grid min-w-0 flex-1 grid-cols-1 gap-3 sm:grid-cols-2">
            {(['input', 'answer'] as const).map((side) => (
              <Field key={side} label={`${side === 'input' ? 'Input' : 'Answer'} ${String(n + 1)}`}>
                {(control) => (
                  <TextArea
                    {...control}
                    rows={2}
                    value={shown(one[side] ?? '')}
                    onChange={(event) => { change(n, { [side]: event.target.value }) }}
                  />
                )}
              </Field>
            ))}
          </div>
          <IconButton label={`Remove example ${String(n + 1)}`} onClick={() => { onChange(examples.filter((_, at) => at !== n)) }}>
            <Trash2 />
          </IconButton>
        </div>
      ))}
      <Button className="self-start" icon={<Plus />} onClick={() => { onChange([...examples, { input: '', answer: '' }]) }}>Add an example</Button>
    </div>
  )
}
