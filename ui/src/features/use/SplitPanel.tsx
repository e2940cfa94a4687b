import { useState } from 'react'
import { count } from '@/core/format'
import { asProblem } from '@/core/problem'
import { readParts } from '@/core/use'
import { Button } from '@/ui/Button'
import { Checkbox } from '@/ui/Checkbox'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { Panel } from '@/ui/Panel'
import { Select } from '@/ui/Select'
import { Table } from '@/ui/Table'
import { toast } from '@/ui/toasts'
import { usePreviewSplit, useSplit, type SplitWanted, type UseOf } from './useUse'

/** Parts that share no source and no near-duplicates: their sizes first, then the commit. */
export function SplitPanel({ of, columns }: { readonly of: UseOf; readonly columns: readonly string[] }) {
  const [text, setText] = useState('train=0.8, validation=0.1, test=0.1')
  const [together, setTogether] = useState({ source: true, near_duplicates: true })
  const [stratify, setStratify] = useState('')
  const preview = usePreviewSplit(of)
  const split = useSplit(of)
  const read = readParts(text)
  const by = (['source', 'near_duplicates'] as const).filter((name) => together[name])
  const wanted: SplitWanted | undefined = 'parts' in read ? { parts: read.parts, by, stratify: stratify || null } : undefined
  const told = preview.data && JSON.stringify(preview.variables) === JSON.stringify(wanted) ? preview.data : undefined
  const problem = preview.error ?? split.error
  const commit = () => {
    if (!wanted) return
    split.mutate(wanted, {
      onSuccess: ({ version = '', overlap }) => {
        toast(`Split: version ${version.slice(0, 12)}. ${overlap?.clean ? 'The parts share nothing.' : 'The parts share something: rowsmith split --report says what.'}`)
      },
    })
  }
  return (
    <Panel title="Split" about="A column split says to which part each row belongs. What hangs together stays together.">
      <form
        className="flex max-w-180 flex-col gap-3 rounded-panel border border-line bg-surface p-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (wanted) preview.mutate(wanted)
        }}
      >
        <Field label="Parts" hint="Shares that sum to 1, or numbers of rows; one may be rest." error={'problem' in read ? read.problem : undefined}>
          {(control) => <Input {...control} mono value={text} onChange={(event) => { setText(event.target.value) }} />}
        </Field>
        <div className="flex flex-wrap items-end gap-x-6 gap-y-3">
          <fieldset className="flex flex-col gap-1">
            <legend className="pb-1 text-label font-medium">Keep together</legend>
            <label className="flex items-center gap-2">
              <Checkbox checked={together.source} onChange={(source) => { setTogether({ ...together, source }) }} />
              rows of one source
            </label>
            <label className="flex items-center gap-2">
              <Checkbox checked={together.near_duplicates} onChange={(near) => { setTogether({ ...together, near_duplicates: near }) }} />
              near-duplicates
            </label>
          </fieldset>
          <div className="w-48">
            <Field label="Same shares of">
              {(control) => (
                <Select
                  {...control}
                  value={stratify}
                  options={[{ value: '', label: 'nothing' }, ...columns.map((name) => ({ value: name, label: name }))]}
                  onChange={setStratify}
                />
              )}
            </Field>
          </div>
          <div className="flex gap-2">
            <Button type="submit" disabled={!wanted} busy={preview.isPending}>Preview</Button>
            {told && <Button look="primary" busy={split.isPending} onClick={commit}>Split</Button>}
          </div>
        </div>
        {told && (
          <>
            <Table
              label="Parts"
              items={Object.entries(told.parts)}
              keyOf={([name]) => name}
              columns={[
                { title: 'Part', cell: ([name]) => <span className="font-medium">{name}</span> },
                { title: 'Wanted', number: true, cell: ([, { wanted: rows }]) => count(rows) },
                { title: 'Gets', number: true, cell: ([, { got }]) => count(got) },
              ]}
            />
            {told.misses.map((miss) => <p key={miss} className="text-muted">{miss}</p>)}
          </>
        )}
        {problem && <ErrorPanel problem={asProblem(problem)} />}
      </form>
    </Panel>
  )
}
