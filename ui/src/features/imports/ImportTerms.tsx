import { Button } from '@/ui/Button'
import { Checkbox } from '@/ui/Checkbox'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { useHotkey } from '@/ui/useHotkey'

export interface ImportTermsProps {
  into: string
  fault: string | undefined
  /** Whether the rows are committed; else the records are only looked at. */
  commit: boolean
  busy: boolean
  ready: boolean
  onInto: (into: string) => void
  onCommit: (commit: boolean) => void
  onSubmit: () => void
}

/** Into which dataset, and whether every record is looked at first. */
export function ImportTerms({ into, fault, commit, busy, ready, onInto, onCommit, onSubmit }: ImportTermsProps) {
  useHotkey('form.submit', onSubmit)
  return (
    <form
      className="flex flex-col gap-3 rounded-panel border border-line bg-surface p-4"
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit()
      }}
    >
      <Field label="Dataset" hint="Made when it is not there; rows that are there already stay once." error={fault}>
        {(control) => (
          <Input
            {...control}
            value={into}
            placeholder="questions"
            onChange={(event) => {
              onInto(event.target.value)
            }}
          />
        )}
      </Field>
      <label className="flex items-center gap-2">
        <Checkbox
          checked={!commit}
          onChange={(looks) => {
            onCommit(!looks)
          }}
        />
        Look at every record first, and commit nothing
      </label>
      <Button type="submit" look="primary" size="large" disabled={!ready} busy={busy}>
        {commit ? 'Import' : 'Look at every record'}
      </Button>
    </form>
  )
}
