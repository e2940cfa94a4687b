import { knownColumns, type Renames } from '@/core/imports'
import { Checkbox } from '@/ui/Checkbox'
import { Combobox } from '@/ui/Combobox'

export interface MappingTableProps {
  /** What each column of the file is called then; null: it is left out. */
  names: Readonly<Record<string, string | null>>
  onRename: (renames: Renames) => void
}

const choices = knownColumns.map((value) => ({ value }))

/** Each column of the file, whether it is taken, and what it is called then. */
export function MappingTable({ names, onRename }: MappingTableProps) {
  return (
    <table aria-label="Columns" className="w-full border-collapse rounded-panel">
      <thead>
        <tr className="h-8 text-left text-label text-muted">
          <th scope="col" className="w-8 font-medium">
            <span className="sr-only">Taken</span>
          </th>
          <th scope="col" className="pr-3 font-medium">
            In the file
          </th>
          <th scope="col" className="w-3/5 font-medium">
            In the dataset
          </th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(names).map(([column, name]) => (
          <tr key={column} className="border-t border-line">
            <td className="py-1.5">
              <Checkbox
                aria-label={`Take ${column}`}
                checked={name !== null}
                onChange={(taken) => {
                  onRename({ [column]: taken ? column : null })
                }}
              />
            </td>
            <td className="max-w-40 truncate py-1.5 pr-3 font-mono text-mono" title={column}>
              {column}
            </td>
            <td className="py-1.5">
              {name === null ? (
                <span className="text-muted">left out</span>
              ) : (
                <Combobox
                  aria-label={`Name of ${column}`}
                  mono
                  value={name}
                  choices={choices}
                  onChange={(next) => {
                    onRename({ [column]: next })
                  }}
                />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
