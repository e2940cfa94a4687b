import { GitBranch } from 'lucide-react'
import { useState } from 'react'
import { queries } from '@/api/client'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Input } from '@/ui/Input'
import { Popover } from '@/ui/Popover'
import { SkeletonList } from '@/ui/Skeleton'
import type { RowsOf } from './source'
import { useRefs } from './useRefs'

interface Props {
  readonly of: RowsOf
  readonly version: string | undefined
  onRef(ref: string | undefined): void
}

const isVersion = (ref: string): boolean => /^[0-9a-f]{32}$/.test(ref)

/** Which state of the dataset is looked at: a branch with its uncommitted edits, or a tag or version as it was committed. */
export function RefPicker({ of, version = 'main', onRef }: Props) {
  const [open, setOpen] = useState(false)
  return (
    <Popover
      label="Branch, tag or version"
      align="end"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button icon={<GitBranch />} aria-label={`Branch, tag or version: ${version}`} className="max-w-48">
          <span className="truncate">{isVersion(version) ? version.slice(0, 12) : version}</span>
        </Button>
      }
    >
      <Choices
        of={of}
        version={version}
        onRef={(ref) => {
          setOpen(false)
          onRef(ref === 'main' ? undefined : ref)
        }}
      />
    </Popover>
  )
}

function Choices({ of, version, onRef }: { readonly of: RowsOf; readonly version: string; onRef(ref: string): void }) {
  const [text, setText] = useState('')
  const refs = useRefs(of)
  const versions = queries.useQuery('get', '/api/v1/projects/{project}/datasets/{dataset}/versions', {
    params: { path: { project: of.project, dataset: of.dataset }, query: { limit: 50 } },
  })
  const problem = refs.error ?? versions.error
  if (problem) return <ErrorPanel problem={asProblem(problem)} />
  if (!refs.data || !versions.data) return <SkeletonList lines={3} label="Loading branches and versions" />
  const has = (said: string) => said.toLowerCase().includes(text.toLowerCase())
  const choices = [
    ...refs.data.items.map(({ name, kind, message }) => ({ ref: name, label: name, about: message || kind, group: kind === 'branch' ? 'Branches' : 'Tags' })),
    ...versions.data.items.map(({ id, message }) => ({ ref: id, label: id.slice(0, 12), about: message, group: 'Versions' })),
  ].filter(({ ref, about }) => has(ref) || has(about))
  return (
    <div className="flex max-h-[min(420px,70dvh)] w-80 max-w-full flex-col gap-2">
      <Input
        autoFocus
        aria-label="Find a branch, tag or version"
        placeholder="Find a branch, tag or version"
        value={text}
        onChange={(event) => { setText(event.target.value) }}
        onKeyDown={(event) => { if (event.key === 'Enter' && choices[0]) onRef(choices[0].ref) }}
      />
      <div className="min-h-0 overflow-y-auto">
        {['Branches', 'Tags', 'Versions'].map((group) => {
          const some = choices.filter((choice) => choice.group === group)
          return some.length > 0 && (
            <section key={group} aria-label={group}>
              <h3 className="px-2 pt-1.5 pb-1 text-meta text-muted">{group}</h3>
              {some.map(({ ref, label, about }) => (
                <button
                  key={ref}
                  type="button"
                  aria-current={ref === version || undefined}
                  onClick={() => { onRef(ref) }}
                  className="flex min-h-7 w-full items-center gap-3 rounded-[3px] px-2 text-left hover:bg-raised aria-[current]:bg-selected"
                >
                  <span className={group === 'Versions' ? 'shrink-0 font-mono text-mono' : 'shrink-0 font-medium'}>{label}</span>
                  <span className="min-w-0 truncate text-label text-muted">{about}</span>
                </button>
              ))}
            </section>
          )
        })}
        {choices.length === 0 && <p className="px-2 text-muted">Nothing is called so.</p>}
      </div>
    </div>
  )
}
