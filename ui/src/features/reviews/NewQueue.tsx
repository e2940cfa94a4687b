import { useState } from 'react'
import { asProblem } from '@/core/problem'
import { kinds } from '@/core/review'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { Select } from '@/ui/Select'
import { useMakeQueue, type NewQueue as Wanted, type QueueFacts, type ReviewsOf } from './useReviews'

interface Props {
  readonly of: ReviewsOf
  readonly you: string
  onMade(queue: QueueFacts): void
  onClose(): void
}

type Kind = Wanted['by']

const choices = Object.entries(kinds).map(([value, { name }]) => ({ value: value as Kind, label: name }))
const scored = (by: Kind): boolean => by === 'uncertain' || by === 'disagreement'

/** Chooses which rows people look at, how many, and who. */
export function NewQueue({ of, you, onMade, onClose }: Props) {
  const [by, setBy] = useState<Kind>('audit')
  const [rows, setRows] = useState('20')
  const [people, setPeople] = useState(you)
  const [scores, setScores] = useState('')
  const make = useMakeQueue(of)
  const many = Number(rows)
  const wrong = rows.trim() !== '' && !(Number.isInteger(many) && many > 0) ? 'Write a whole number of rows.' : undefined
  const missing = by === 'audit' && rows.trim() === '' ? 'Say how many rows are drawn.' : undefined
  const list = (text: string) => text.split(',').map((one) => one.trim()).filter(Boolean)

  const submit = () => {
    if (wrong ?? missing) return
    const limit = by === 'audit' || rows.trim() === '' ? null : many
    const body: Wanted = { by, reviewers: list(people), limit, scores: scored(by) ? list(scores) : [], n: by === 'audit' ? many : null, seed: 0 }
    make.mutate(body, { onSuccess: onMade })
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => { if (!open) onClose() }}
      title="New queue"
      about="Rows that people look at one after the other, without seeing what others think of them."
      size="medium"
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="new-queue" look="primary" busy={make.isPending} disabled={Boolean(wrong ?? missing)}>Make queue</Button>
        </>
      }
    >
      <form
        id="new-queue"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <Field label="Which rows" hint={kinds[by]?.about}>
          {(control) => <Select {...control} value={by} options={choices} onChange={setBy} />}
        </Field>
        <Field label={by === 'audit' ? 'How many' : 'At most'} hint={by === 'audit' ? undefined : 'Leave it empty for all of them.'} error={wrong ?? missing}>
          {(control) => <Input {...control} inputMode="numeric" value={rows} onChange={(event) => { setRows(event.target.value) }} />}
        </Field>
        {scored(by) && (
          <Field label="Scores" hint="What gives a row a number, with commas between them, such as scores.judge.overall. Without any, only people count.">
            {(control) => <Input {...control} mono value={scores} onChange={(event) => { setScores(event.target.value) }} />}
          </Field>
        )}
        <Field label="Reviewers" hint="Names with commas between them; each of them looks at every row.">
          {(control) => <Input {...control} value={people} onChange={(event) => { setPeople(event.target.value) }} />}
        </Field>
        {make.error && <ErrorPanel problem={asProblem(make.error)} />}
      </form>
    </Dialog>
  )
}
