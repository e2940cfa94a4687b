import { Pencil } from 'lucide-react'
import { useState } from 'react'
import type { CellValue, GridColumn, GridEdits } from '@/core/grid/source'
import { kindOf } from '@/core/rows/cells'
import { marksOf } from '@/core/rows/marks'
import { IconButton } from '@/ui/IconButton'
import { FieldEditor } from './FieldEditor'
import { FieldValue } from '@/ui/values/FieldValue'
import { Part } from '@/ui/Part'
import type { RowFacts } from './source'

interface Props {
  readonly facts: RowFacts
  readonly columns: readonly GridColumn[]
  readonly edits: GridEdits | undefined
  onEdited(): void
}

/** What a row says, field by field, each of which can be edited in full. */
export function RowFields({ facts, columns, edits, onEdited }: Props) {
  const [editing, setEditing] = useState<string | null>(null)
  const marks = marksOf(facts.origin)
  const order = columns.map(({ name }) => name)
  const fields = Object.entries(facts.data).sort(([one], [other]) => order.indexOf(one) - order.indexOf(other))
  return fields.map(([name, found]) => {
    const value = found as CellValue
    const kind = columns.find((column) => column.name === name)?.kind ?? kindOf([value])
    return (
      <Part
        key={name}
        title={name}
        actions={
          edits && editing !== name && (
            <IconButton label={`Edit ${name}`} className="size-6" onClick={() => { setEditing(name) }}><Pencil /></IconButton>
          )
        }
      >
        {edits && editing === name ? (
          <FieldEditor
            row={facts}
            column={name}
            kind={kind}
            edits={edits}
            onDone={(edited) => {
              setEditing(null)
              if (edited) onEdited()
            }}
          />
        ) : (
          <FieldValue kind={kind} value={value} marks={marks.filter(({ column }) => column === name)} />
        )}
      </Part>
    )
  })
}
