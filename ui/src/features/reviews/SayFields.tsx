import type { RefObject } from 'react'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { TextArea } from '@/ui/TextArea'

interface Props {
  readonly note: string
  readonly score: string
  readonly problem: string | undefined
  readonly noteField: RefObject<HTMLTextAreaElement | null>
  onNote(note: string): void
  onScore(score: string): void
}

/** A note and a score. Esc leaves a field, so that the keys are verdicts again. */
export function SayFields({ note, score, problem, noteField, onNote, onScore }: Props) {
  const leave = (event: React.KeyboardEvent<HTMLElement>) => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    event.currentTarget.blur()
  }
  return (
    <div className="flex flex-col gap-3">
      <Field label="Note">
        {(control) => (
          <TextArea {...control} ref={noteField} rows={2} value={note} onKeyDown={leave} onChange={(event) => { onNote(event.target.value) }} />
        )}
      </Field>
      <Field label="Score" error={problem}>
        {(control) => (
          <Input
            {...control}
            inputMode="decimal"
            className="max-w-24"
            value={score}
            onKeyDown={leave}
            onChange={(event) => { onScore(event.target.value) }}
          />
        )}
      </Field>
    </div>
  )
}
