import { Download, Search } from 'lucide-react'
import { useState } from 'react'
import { asProblem } from '@/core/problem'
import { fits, ranked, shortTitle, type FormatFacts } from '@/core/use'
import { Button } from '@/ui/Button'
import { CodeBlock } from '@/ui/CodeBlock'
import { Command } from '@/ui/Command'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { Panel } from '@/ui/Panel'
import { Select } from '@/ui/Select'
import { SkeletonList } from '@/ui/Skeleton'
import { CheckTold } from './CheckTold'
import { useDownload, useExportCheck, usePreview, type UseOf } from './useUse'

interface Props {
  readonly of: UseOf
  readonly formats: readonly FormatFacts[]
  readonly columns: readonly string[]
  readonly format: string | undefined
  onFormat(format: string): void
}

/** Formats, those that fit the rows first; of the chosen one what its consumer will keep, and the first records. */
export function ExportPanel({ of, formats, columns, format, onFormat }: Props) {
  const [find, setFind] = useState('')
  const found = ranked(formats, columns, find)
  const chosen = formats.find(({ name }) => name === format) ?? ranked(formats, columns, '')[0]
  return (
    <Panel title="Export" about="A format is the shape of a record as its consumer reads it.">
      <div className="grid grid-cols-1 items-start gap-4 md:grid-cols-[280px_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-2">
          <Input
            icon={<Search />}
            aria-label="Find a format"
            placeholder="Find a format: trl, openai, csv"
            value={find}
            onChange={(event) => { setFind(event.target.value) }}
          />
          <ul aria-label="Formats" className="max-h-48 overflow-y-auto rounded-panel border border-line bg-surface p-1 md:max-h-110">
            {found.map((one) => (
              <li key={one.name}>
                <button
                  type="button"
                  aria-current={one.name === chosen?.name || undefined}
                  onClick={() => { onFormat(one.name) }}
                  className="flex w-full flex-col rounded-[3px] px-2 py-1 text-left hover:bg-raised aria-[current]:bg-selected"
                >
                  <span className="font-medium">{one.name}</span>
                  <span className="w-full truncate text-label text-muted">{fits(one, columns) ? shortTitle(one) : `needs ${needed(one)}`}</span>
                </button>
              </li>
            ))}
            {found.length === 0 && <li className="px-2 py-1 text-muted">No format is called so.</li>}
          </ul>
        </div>
        {chosen && <Chosen key={chosen.name} of={of} format={chosen} columns={columns} />}
      </div>
    </Panel>
  )
}

const needed = ({ needs }: FormatFacts): string => needs.map((set) => set.join(', ')).join(' or ')

function Chosen({ of, format, columns }: { readonly of: UseOf; readonly format: FormatFacts; readonly columns: readonly string[] }) {
  const [where, setWhere] = useState('')
  const [parted, setParted] = useState('')
  const check = useExportCheck(of, format, fits(format, columns))
  const preview = usePreview(of, format.name)
  const download = useDownload(of)
  const failing = check.checked?.ok === false
  const records = preview.data?.items ?? []
  const text = records.map(({ record, reason }) => (record ? JSON.stringify(record, null, 1) : `left out: ${reason ?? ''}`)).join('\n')
  const refused = download.error?.status === 422 && failing
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <p className="text-muted">{format.title.replaceAll('`', '')}</p>
      <CheckTold checked={check.checked} problem={check.error ? asProblem(check.error) : undefined} waiting={check.isLoading} />
      {!fits(format, columns) && <p className="text-warn">It needs the columns {needed(format)}, which these rows do not have.</p>}
      {format.consumer === '' && <p className="text-muted">Nobody in particular reads it, so there is no check of what is kept.</p>}
      {preview.isPending && <SkeletonList lines={4} label="Loading the first records" />}
      {text !== '' && <div className="max-h-80 overflow-y-auto rounded-panel"><CodeBlock label="first records" text={text} /></div>}
      <form
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          const table = ['csv', 'tsv', 'xlsx'].includes(format.extension)
          download.mutate({ format: format.name, where: where.trim() || null, split_by: parted || null, anyway: failing, spreadsheet_safe: table })
        }}
      >
        <div className="min-w-0 flex-1 basis-56">
          <Field label="Only rows where">
            {(control) => (
              <Input {...control} mono placeholder="reviews.accepted >= 1" value={where} onChange={(event) => { setWhere(event.target.value) }} />
            )}
          </Field>
        </div>
        <div className="w-44">
          <Field label="A file for each">
            {(control) => (
              <Select
                {...control}
                value={parted}
                options={[{ value: '', label: 'one file' }, ...columns.map((name) => ({ value: name, label: name }))]}
                onChange={setParted}
              />
            )}
          </Field>
        </div>
        <Button type="submit" look="primary" icon={<Download />} busy={download.isPending}>{failing ? 'Download all the same' : 'Download'}</Button>
      </form>
      {download.error && !refused && <ErrorPanel problem={asProblem(download.error)} />}
      <Command text={`rowsmith export ${of.dataset} --as ${format.name} -o ${of.dataset}.${format.extension}`} />
    </div>
  )
}
