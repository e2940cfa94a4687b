import { useRef, useState } from 'react'
import type { CellKind, CellValue, GridEdits } from '@/core/grid/source'
import { fromText, toText } from '@/core/grid/values'
import { Button } from '@/ui/Button'
import { Field } from '@/ui/Field'
import { TextArea } from '@/ui/TextArea'
import { useHotkey } from '@/ui/useHotkey'
import type { RowFacts } from './source'

interface Props {
  readonly row: RowFacts
  readonly column: string
  readonly kind: CellKind
  readonly edits: GridEdits
  onDone(edited: boolean): void
}

/** A field in full: texts as they are, all else as JSON. */
export function FieldEditor({ row, column, kind, edits, onDone }: Props) {
  const value = row.data[column] as CellValue
  const [text, setText] = useState(() => (kind !== 'tags' && typeof value === 'object' && value ? JSON.stringify(value, null, 2) : toText(value)))
  const [seen, setSeen] = useState(row.revision)
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const form = useRef<HTMLFormElement>(null)

  const save = async () => {
    const read = fromText(text, kind)
    if ('problem' in read) {
      setProblem(read.problem)
      return
    }
    setBusy(true)
    try {
      const [outcome] = await edits.change([{ row: row.id, column, value: read.value, seen }])
      if (outcome?.conflict) {
        setSeen(outcome.now.revision)
        const theirs = toText(outcome.now.cells[column]).slice(0, 200)
        setProblem(`Someone else has changed this row: ${column} now says “${theirs}”. Save again to use yours.`)
      } else onDone(true)
    } catch (error) {
      setProblem((error as Error).message)
    } finally {
      setBusy(false)
    }
  }
  useHotkey('form.submit', () => void save(), { within: form })

  return (
    <form
      ref={form}
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <Field label={`New ${column}`} error={problem}>
        {(control) => (
          <TextArea
            {...control}
            autoFocus
            mono={kind === 'chat' || kind === 'json' || kind === 'preference'}
            rows={6}
            value={text}
            onChange={(event) => { setText(event.target.value) }}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return
              event.stopPropagation()
              onDone(false)
            }}
          />
        )}
      </Field>
      <div className="flex justify-end gap-2">
        <Button onClick={() => { onDone(false) }}>Cancel</Button>
        <Button type="submit" look="primary" busy={busy}>Save</Button>
      </div>
    </form>
  )
}
