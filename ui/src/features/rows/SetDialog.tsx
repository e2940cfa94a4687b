import { useState } from 'react'
import { plural } from '@/core/format'
import type { CellValue, GridColumn } from '@/core/grid/source'
import { fromText } from '@/core/grid/values'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { Field } from '@/ui/Field'
import { Select } from '@/ui/Select'
import { TextArea } from '@/ui/TextArea'

export const TAGS = 'tags'

interface Props {
  readonly columns: readonly GridColumn[]
  /** The column that is chosen at first. */
  readonly column: string
  readonly text?: string | undefined
  /** How many rows are selected; null while they are not counted. */
  readonly rows: number | null
  onSet(column: string, value: CellValue): Promise<void>
  onClose(): void
}

/** Gives a column of all selected rows one value. Tags are a column like any other, made where it is missing. */
export function SetDialog({ columns, column: first, text: given = '', rows, onSet, onClose }: Props) {
  const tags: GridColumn = { name: TAGS, kind: 'tags' }
  const choices = columns.some(({ name }) => name === TAGS) ? columns : [...columns, tags]
  const [name, setName] = useState(first)
  const [text, setText] = useState(given)
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const column = choices.find((choice) => choice.name === name) ?? tags
  const set = async () => {
    const read = fromText(text, name === TAGS ? 'tags' : column.kind)
    if ('problem' in read) {
      setProblem(read.problem)
      return
    }
    setBusy(true)
    try {
      await onSet(name, read.value)
      onClose()
    } catch (error) {
      setProblem((error as Error).message)
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => { if (!open) onClose() }}
      title={name === TAGS ? 'Tag rows' : 'Set a column'}
      about={`Changes ${rows === null ? 'all rows that match' : plural(rows, 'row')}; it can be undone at once.`}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" busy={busy} onClick={() => void set()}>{rows === null ? 'Set' : `Set in ${plural(rows, 'row')}`}</Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Field label="Column">
          {(control) => (
            <Select {...control} value={name} options={choices.map((one) => ({ value: one.name, label: one.name }))} onChange={setName} />
          )}
        </Field>
        <Field label="Value" hint={name === TAGS ? 'Tags with commas between them. They replace those that are there.' : undefined} error={problem}>
          {(control) => <TextArea {...control} value={text} onChange={(event) => { setText(event.target.value) }} />}
        </Field>
      </div>
    </Dialog>
  )
}
