import type { Detected, Reading } from '@/core/imports'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { Switch } from '@/ui/Switch'

export interface ReadingFieldsProps {
  container: Detected['container']
  /** What was recognised. */
  delimiter: string | null
  reading: Reading
  onChange: (reading: Reading) => void
}

const tables = ['csv', 'tsv', 'xlsx', 'ods']
const sheets = ['xlsx', 'ods']

/** How a table is read, where it is one. */
export function ReadingFields({ container, delimiter, reading, onChange }: ReadingFieldsProps) {
  if (!tables.includes(container)) return null
  return (
    <div className="grid grid-cols-2 gap-3">
      <Field label="First line names the columns">
        {({ id }) => (
          <Switch
            id={id}
            checked={reading.header}
            onChange={(header) => {
              onChange({ ...reading, header })
            }}
          />
        )}
      </Field>
      {sheets.includes(container) ? (
        <Field label="Sheet">
          {(control) => (
            <Input
              {...control}
              value={reading.sheet}
              placeholder="the first with anything in it"
              onChange={(event) => {
                onChange({ ...reading, sheet: event.target.value })
              }}
            />
          )}
        </Field>
      ) : (
        <Field label="Delimiter">
          {(control) => (
            <Input
              {...control}
              mono
              value={reading.delimiter}
              placeholder={delimiter === '\t' ? '\\t' : (delimiter ?? ',')}
              onChange={(event) => {
                onChange({ ...reading, delimiter: event.target.value })
              }}
            />
          )}
        </Field>
      )}
    </div>
  )
}
