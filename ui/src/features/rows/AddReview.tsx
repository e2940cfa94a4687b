import { Check, X } from 'lucide-react'
import { useState } from 'react'
import { asProblem } from '@/core/problem'
import { fromText } from '@/core/grid/values'
import { Button } from '@/ui/Button'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { TextArea } from '@/ui/TextArea'
import type { RowsOf } from './source'
import { useAddReview } from './useRowReviews'

interface Props {
  readonly of: RowsOf
  readonly version: string | undefined
  readonly row: string
  readonly revision: string
}

/** One's own word on a row: a verdict at once, or with a label, a score and a note. */
export function AddReview({ of, version, row, revision }: Props) {
  const [label, setLabel] = useState('')
  const [score, setScore] = useState('')
  const [note, setNote] = useState('')
  const add = useAddReview(of, version, row)
  const read = fromText(score, 'number')
  const problem = 'problem' in read ? read.problem : undefined
  const saysNothing = [label, score, note].every((text) => text.trim() === '')
  const say = (verdict: '' | 'accept' | 'reject') => {
    if ('problem' in read) return
    const body = { verdict, label: label.trim() || null, note: note.trim() || null, score: read.value as number | null, seen: revision }
    const onSuccess = () => {
      setLabel('')
      setScore('')
      setNote('')
    }
    add.mutate(body, { onSuccess })
  }
  const stuck = add.isPending || problem !== undefined
  return (
    <div className="flex flex-col gap-2 pt-2">
      <div className="flex flex-wrap gap-2">
        <Button icon={<Check />} disabled={stuck} onClick={() => { say('accept') }}>Accept</Button>
        <Button icon={<X />} disabled={stuck} onClick={() => { say('reject') }}>Reject</Button>
      </div>
      <details>
        <summary className="cursor-default text-label text-muted">Label, score, note</summary>
        <div className="flex flex-col gap-2 pt-2">
          <div className="grid grid-cols-[minmax(0,1fr)_88px] gap-2">
            <Field label="Label">{(control) => <Input {...control} value={label} onChange={(event) => { setLabel(event.target.value) }} />}</Field>
            <Field label="Score" error={problem}>
              {(control) => <Input {...control} inputMode="decimal" value={score} onChange={(event) => { setScore(event.target.value) }} />}
            </Field>
          </div>
          <Field label="Note">{(control) => <TextArea {...control} rows={2} value={note} onChange={(event) => { setNote(event.target.value) }} />}</Field>
          <Button className="self-start" disabled={stuck || saysNothing} onClick={() => { say('') }}>Save without a verdict</Button>
        </div>
      </details>
      {add.error && <ErrorPanel problem={asProblem(add.error)} />}
    </div>
  )
}
