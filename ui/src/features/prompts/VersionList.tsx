import { clsx } from 'clsx'
import { Tag } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { ago } from '@/core/format'
import { asProblem } from '@/core/problem'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { IconButton } from '@/ui/IconButton'
import { SkeletonList } from '@/ui/Skeleton'
import { TagDialog } from './TagDialog'
import { useLog, type LoggedPrompt } from './usePrompts'
import { VersionDiff } from './VersionDiff'
import { VersionMenu } from './VersionMenu'

export interface VersionListProps {
  project: string
  prompt: string
  /** The two versions that are compared; the later one alone: it and the one before it. */
  old: string | undefined
  now: string | undefined
  onCompare: (old: string | undefined, now: string | undefined) => void
  /** Draws the way to a version in the editor. */
  openLink: (version: string) => ReactNode
  onForked: (prompt: string) => void
}

/** The versions of a prompt, newest first, and what differs between two of them. */
export function VersionList({ project, prompt, old, now, onCompare, openLink, onForked }: VersionListProps) {
  const { data, error, refetch } = useLog(project, prompt)
  const [tagging, setTagging] = useState<string>()
  if (error) return <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />
  if (!data) return <SkeletonList label="Loading versions" />
  const shownNow = data.items.find(({ version }) => version === now) ?? data.items[0]
  const before = old ?? shownNow?.parent ?? undefined
  return (
    <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[400px_minmax(0,1fr)]">
      <ol aria-label="Versions" className="rounded-panel border border-line bg-surface">
        {data.items.map((one, n) => (
          <Version
            key={one.version}
            one={one}
            newest={n === 0}
            side={one.version === shownNow?.version ? 'after' : one.version === before ? 'before' : undefined}
            onAfter={() => { onCompare(undefined, one.version) }}
            onBefore={() => { onCompare(one.version, shownNow?.version) }}
          >
            {openLink(one.version)}
            <IconButton label={`Tag ${one.version.slice(0, 12)}`} onClick={() => { setTagging(one.version) }}><Tag /></IconButton>
            <VersionMenu project={project} prompt={prompt} version={one.version} newest={n === 0} onForked={onForked} />
          </Version>
        ))}
      </ol>
      <div className="min-w-0">
        {shownNow && before !== undefined ? (
          <VersionDiff project={project} prompt={prompt} old={before} now={shownNow.version} />
        ) : (
          <p className="text-muted">This is the first version: there is none before it to compare it with.</p>
        )}
      </div>
      {tagging !== undefined && <TagDialog project={project} prompt={prompt} version={tagging} onClose={() => { setTagging(undefined) }} />}
    </div>
  )
}

interface VersionProps {
  one: LoggedPrompt
  newest: boolean
  side: 'before' | 'after' | undefined
  onAfter: () => void
  onBefore: () => void
  children: ReactNode
}

function Version({ one, newest, side, onAfter, onBefore, children }: VersionProps) {
  const named = one.version.slice(0, 12)
  return (
    <li className={clsx('flex flex-col gap-1 border-b border-line px-3 py-2 last:border-b-0', side !== undefined && 'bg-selected')}>
      <div className="flex flex-wrap items-center gap-1.5">
        <code className="font-mono text-mono">{named}</code>
        {newest && <Badge tone="accent">newest</Badge>}
        {one.refs.filter((ref) => ref !== 'main').map((ref) => <Badge key={ref}>{ref}</Badge>)}
        <span className="flex-1" />
        {children}
      </div>
      <p className="break-words">{one.message || <span className="text-muted">no message</span>}</p>
      <div className="flex flex-wrap items-center gap-2">
        <span className="min-w-0 flex-1 truncate text-label text-muted">
          {ago(new Date(one.committed_at * 1000))} by {one.author}
        </span>
        <Button look="quiet" className="aria-pressed:text-accent aria-pressed:underline" aria-pressed={side === 'before'} aria-label={`Compare from ${named}`} onClick={onBefore}>
          Before
        </Button>
        <Button look="quiet" className="aria-pressed:text-accent aria-pressed:underline" aria-pressed={side === 'after'} aria-label={`Compare to ${named}`} onClick={onAfter}>
          After
        </Button>
      </div>
    </li>
  )
}
