import { useState } from 'react'
import { Button } from '@/ui/Button'
import { Field } from '@/ui/Field'
import { TextArea } from '@/ui/TextArea'
import type { Sample, Say } from './useGuides'

export interface SampleEditProps {
  number: number
  sample: Sample
  say: Say
  onClose: () => void
}

/** A sample changed by hand: it goes into the dataset as it is written, and is an example for the others. */
export function SampleEdit({ number, sample, say, onClose }: SampleEditProps) {
  const [input, setInput] = useState(sample.input)
  const [answer, setAnswer] = useState(sample.answer)
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        say.mutate({ act: { edit: number, input, answer } }, { onSuccess: onClose })
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose()
      }}
    >
      <Field label="input">
        {(control) => (
          <TextArea
            {...control}
            autoFocus
            value={input}
            onChange={(event) => {
              setInput(event.target.value)
            }}
          />
        )}
      </Field>
      <Field label="answer" hint="Goes into the dataset as you write it, and is an example for all other rows.">
        {(control) => (
          <TextArea
            {...control}
            value={answer}
            onChange={(event) => {
              setAnswer(event.target.value)
            }}
          />
        )}
      </Field>
      <span className="flex gap-2">
        <Button type="submit" look="primary" disabled={input.trim() === '' || answer.trim() === ''} busy={say.isPending}>
          Keep it so
        </Button>
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
      </span>
    </form>
  )
}
