import { Search } from 'lucide-react'
import { useState } from 'react'
import { asProblem } from '@/core/problem'
import { columnsOf, gridRow, isScore } from '@/core/rows/cells'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { Select } from '@/ui/Select'
import { SkeletonList } from '@/ui/Skeleton'
import { useDatasetNames, useRows } from './usePlayground'

export interface RowPickerProps {
  project: string
  onPick: (dataset: string, row: string) => void
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Chooses a row of a dataset, whose columns give the variables their values. */
export function RowPicker({ project, onPick }: RowPickerProps) {
  const [open, setOpen] = useState(false)
  const names = useDatasetNames(project)
  if (names.length === 0) return null
  return (
    <>
      <Button onClick={() => { setOpen(true) }}>Choose a row</Button>
      <Dialog open={open} onOpenChange={setOpen} title="Choose a row" about="Its columns give the variables their values." size="medium">
        {open && (
          <Rows
            project={project}
            names={names}
            onPick={(dataset, row) => {
              setOpen(false)
              onPick(dataset, row)
            }}
          />
        )}
      </Dialog>
    </>
  )
}

function Rows({ project, names, onPick }: RowPickerProps & { names: readonly string[] }) {
  const [dataset, setDataset] = useState(names[0] ?? '')
  const [typed, setTyped] = useState('')
  const [search, setSearch] = useState('')
  const { data, error, isPending } = useRows(project, dataset, search)
  const shownColumns = columnsOf((data?.items ?? []).map(gridRow), false).map(({ name }) => name).filter((name) => !isScore(name))
  return (
    <div className="flex flex-col gap-3">
      <div className="grid grid-cols-1 gap-3 sm:grid-cols-2">
        <Field label="Dataset">
          {(control) => <Select {...control} value={dataset} options={names.map((name) => ({ value: name, label: name }))} onChange={setDataset} />}
        </Field>
        <Field label="Search">
          {(control) => (
            <Input
              {...control}
              type="search"
              icon={<Search />}
              value={typed}
              placeholder="Words, then Enter"
              onChange={(event) => {
                setTyped(event.target.value)
                if (event.target.value === '') setSearch('')
              }}
              onKeyDown={(event) => { if (event.key === 'Enter') setSearch(typed.trim()) }}
            />
          )}
        </Field>
      </div>
      {error ? <ErrorPanel problem={asProblem(error)} /> : null}
      {isPending && <SkeletonList lines={5} label="Loading rows" />}
      {data?.items.length === 0 && <p className="text-muted">No row has these words. Try others.</p>}
      <ul className="flex flex-col gap-1">
        {data?.items.map((row) => (
          <li key={row.id}>
            <button
              type="button"
              onClick={() => { onPick(dataset, row.id) }}
              className="flex w-full flex-col gap-0.5 rounded-control border border-line px-2.5 py-1.5 text-left transition-colors hover:border-control-line hover:bg-raised"
            >
              {shownColumns.filter((name) => name in row.data).slice(0, 2).map((name) => (
                <span key={name} className="line-clamp-1 break-words">
                  <span className="text-label text-muted">{name} </span>
                  {shown(row.data[name])}
                </span>
              ))}
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
