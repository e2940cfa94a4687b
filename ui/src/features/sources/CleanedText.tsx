import { useState } from 'react'
import { count, plural } from '@/core/format'
import { asProblem } from '@/core/problem'
import type { SourceBody } from '@/core/sources'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Select } from '@/ui/Select'
import { SkeletonList } from '@/ui/Skeleton'
import { Skipped } from './Skipped'
import { useCleaned, type Cleaned } from './useSources'

const steps = [
  { value: 'transform.boilerplate', label: 'Lines of the page, not of the text' },
  { value: 'transform.page_furniture', label: 'Page numbers, headers and footers' },
  { value: 'transform.whitespace', label: 'White space' },
  { value: 'transform.control_characters', label: 'Characters that nobody sees' },
] as const

/** What cleaning would change: each document before and after, with every change and how many there are. */
export function CleanedText({ project, body }: { project: string; body: SourceBody }) {
  const [step, setStep] = useState<(typeof steps)[number]['value']>('transform.boilerplate')
  const { data, error, isPlaceholderData, refetch } = useCleaned(project, body, step)
  const found = (data?.cleaned ?? []) as unknown as Cleaned[]
  return (
    <div className="flex flex-col gap-4">
      <div className="max-w-90">
        <Field label="What goes" hint={<code className="font-mono text-mono">{step}</code>}>
          {(control) => <Select {...control} value={step} options={steps} onChange={setStep} />}
        </Field>
      </div>
      {error && <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonList label="Cleaning the documents" lines={8} />}
      <ol aria-label="Cleaned" aria-busy={isPlaceholderData} className="flex flex-col gap-2">
        {found.map((one, index) => (
          <li key={index} className="overflow-hidden rounded-panel border border-line bg-surface">
            <p className="flex flex-wrap gap-x-3 border-b border-line bg-raised px-3 py-1 text-label tabular-nums">
              <span className="min-w-0 truncate font-medium">{one.name}</span>
              <span className="text-muted">
                {one.dropped === ''
                  ? `${count(one.before_characters)} before, ${count(one.after_characters)} after, ${plural(one.change_count, 'change')}`
                  : `dropped, ${one.dropped}: ${one.detail}`}
              </span>
            </p>
            <Changes changes={one.changes} total={one.change_count} />
            <div className="grid grid-cols-1 gap-px border-t border-line bg-line sm:grid-cols-2">
              <Side title="Before" of={one.name} text={one.before} />
              <Side title="After" of={one.name} text={one.after} />
            </div>
          </li>
        ))}
      </ol>
      {data && <Skipped skipped={data.skipped ?? []} warnings={data.warnings ?? []} />}
    </div>
  )
}

const shown = 6

function Changes({ changes, total }: { changes: Cleaned['changes']; total: number }) {
  if (changes.length === 0) return <p className="px-3 py-2 text-muted">Nothing would change.</p>
  return (
    <ul className="flex flex-col gap-0.5 px-3 py-2 font-mono text-mono">
      {changes.slice(0, shown).map((one) => (
        <li key={one.start} className="flex flex-wrap gap-x-2 break-all">
          <span className="text-muted tabular-nums">
            {count(one.start)}–{count(one.end)}
          </span>
          {one.was !== '' && <del className="bg-removed text-bad">{JSON.stringify(one.was)}</del>}
          {one.now !== '' && <ins className="bg-added text-ok no-underline">{JSON.stringify(one.now)}</ins>}
        </li>
      ))}
      {total > shown && <li className="text-muted">{plural(total - shown, 'more', 'more')}</li>}
    </ul>
  )
}

function Side({ title, of, text }: { title: string; of: string; text: string }) {
  return (
    <div className="flex min-w-0 flex-col bg-surface">
      <p className="px-3 pt-2 text-label text-muted">{title}</p>
      <pre tabIndex={0} aria-label={`${title}: ${of}`} className="max-h-60 overflow-auto px-3 pb-2 font-mono text-mono whitespace-pre-wrap">
        {text}
      </pre>
    </div>
  )
}
