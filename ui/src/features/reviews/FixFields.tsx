import { Button } from '@/ui/Button'
import { Field } from '@/ui/Field'
import { TextArea } from '@/ui/TextArea'

interface Props {
  readonly texts: Readonly<Record<string, string>>
  readonly problems: Readonly<Record<string, string>>
  onChange(texts: Record<string, string>): void
  onLeave(): void
}

/** What a row says, to be written anew: an edit that goes with the verdict, and is committed with other edits. */
export function FixFields({ texts, problems, onChange, onLeave }: Props) {
  return (
    <div
      className="flex flex-col gap-3"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        onLeave()
      }}
    >
      <div className="flex items-center justify-between gap-2">
        <p className="text-muted">What you change is an edit. It is committed in Rows.</p>
        <Button look="quiet" onClick={onLeave}>Leave as it was</Button>
      </div>
      {Object.entries(texts).map(([name, text], n) => (
        <Field key={name} label={name} error={problems[name]}>
          {(control) => (
            <TextArea
              {...control}
              autoFocus={n === 0}
              value={text}
              onChange={(event) => { onChange({ ...texts, [name]: event.target.value }) }}
            />
          )}
        </Field>
      ))}
    </div>
  )
}
