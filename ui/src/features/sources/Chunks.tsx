import { count } from '@/core/format'
import { asProblem } from '@/core/problem'
import { barsOf, type SourceBody } from '@/core/sources'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Facts } from '@/ui/Facts'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { Select } from '@/ui/Select'
import { SkeletonList } from '@/ui/Skeleton'
import { Skipped } from './Skipped'
import { useChunked, type Cutting, type Sizes } from './useSources'

const ways = [
  { value: 'markdown', label: 'Along headings (Markdown)' },
  { value: 'sentences', label: 'Sentences' },
  { value: 'tokens', label: 'Tokens' },
  { value: 'pages', label: 'Pages' },
  { value: 'html', label: 'Along headings (HTML)' },
  { value: 'code', label: 'Functions and classes' },
  { value: 'semantic', label: 'Where the subject changes' },
  { value: 'whole', label: 'Not at all' },
] as const

export interface ChunksProps {
  project: string
  body: SourceBody
  cutting: Cutting
  onCutting: (cutting: Cutting) => void
}

const number = (text: string) => (/^\d+$/.test(text.trim()) ? Number(text) : undefined)

/** The chunks that would be cut: how many and how large, and the first of them with their places. */
export function Chunks({ project, body, cutting, onCutting }: ChunksProps) {
  const { data, error, isPlaceholderData, refetch } = useChunked(project, body, cutting)
  const sizes = data?.sizes as unknown as Sizes | undefined
  return (
    <div className="flex flex-col gap-4">
      <div className="grid max-w-150 grid-cols-2 gap-3 sm:grid-cols-[2fr_1fr_1fr]">
        <div className="col-span-2 sm:col-span-1">
          <Field label="Cut by">
            {(control) => (
              <Select
                {...control}
                value={cutting.by as (typeof ways)[number]['value']}
                options={ways}
                onChange={(by) => {
                  onCutting({ ...cutting, by })
                }}
              />
            )}
          </Field>
        </div>
        <Field label="Most tokens">
          {(control) => (
            <Input
              {...control}
              inputMode="numeric"
              defaultValue={cutting.size}
              placeholder="usual"
              onBlur={(event) => {
                onCutting({ ...cutting, size: number(event.target.value) })
              }}
            />
          )}
        </Field>
        <Field label="Shared tokens">
          {(control) => (
            <Input
              {...control}
              inputMode="numeric"
              defaultValue={cutting.overlap}
              placeholder="0"
              onBlur={(event) => {
                onCutting({ ...cutting, overlap: number(event.target.value) })
              }}
            />
          )}
        </Field>
      </div>
      {error && <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonList label="Cutting the documents" lines={8} />}
      {data && sizes && (
        <div aria-busy={isPlaceholderData} className="flex flex-col gap-4">
          <Facts
            facts={[
              { label: 'Chunks', value: count(sizes.count) },
              { label: 'Mean tokens', value: sizes.mean === undefined ? '–' : count(sizes.mean) },
              { label: 'Least', value: sizes.min === undefined ? '–' : count(sizes.min) },
              { label: 'Most', value: sizes.max === undefined ? '–' : count(sizes.max) },
              { label: 'Tokens in all', value: count(sizes.total) },
            ]}
          />
          <Bars sizes={sizes} />
          <ol aria-label="Chunks" className="flex flex-col gap-2">
            {data.chunks?.map((one, index) => (
              <li key={index} className="overflow-hidden rounded-panel border border-line bg-surface">
                <p className="flex flex-wrap gap-x-3 border-b border-line bg-raised px-3 py-1 text-label tabular-nums">
                  <span className="min-w-0 truncate font-medium">{one.name}</span>
                  {one.start !== null && one.end !== null && (
                    <span className="text-muted">
                      characters {count(one.start)} to {count(one.end)}
                    </span>
                  )}
                  {one.tokens !== null && <span className="text-muted">{count(one.tokens)} tokens</span>}
                </p>
                <p className="max-h-40 overflow-hidden px-3 py-2 break-words whitespace-pre-wrap">{one.text}</p>
              </li>
            ))}
          </ol>
          <Skipped skipped={data.skipped ?? []} warnings={data.warnings ?? []} />
        </div>
      )}
    </div>
  )
}

/** How many chunks have which size. */
function Bars({ sizes }: { sizes: Sizes }) {
  const bars = barsOf(sizes.histogram)
  if (bars.length < 2) return null
  return (
    <ul aria-label="Sizes in tokens" className="flex h-20 items-end gap-1">
      {bars.map(({ from, to, count: many, share }) => (
        <li key={from} className="flex h-full min-w-0 flex-1 flex-col justify-end gap-0.5 text-center text-meta text-muted tabular-nums">
          <span>{many > 0 && count(many)}</span>
          <span className="block rounded-t-[2px] bg-accent" style={{ height: `${String(Math.round(share * 40))}px` }} />
          <span className="truncate">
            {from === to ? from : `${String(from)}–${String(to)}`}
          </span>
        </li>
      ))}
    </ul>
  )
}
