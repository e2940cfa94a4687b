import { shown } from '@/core/prompts'
import { asProblem } from '@/core/problem'
import { TextDiff } from '@/ui/CodeEditor'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { SkeletonList } from '@/ui/Skeleton'
import { usePromptDiff } from './usePrompts'

export interface VersionDiffProps {
  project: string
  prompt: string
  old: string
  now: string
}

/** What differs between two versions: texts side by side, and each setting with what it was and is. */
export function VersionDiff({ project, prompt, old, now }: VersionDiffProps) {
  const same = old === now
  const { data, error, isPending } = usePromptDiff(project, `${prompt}@${old}`, `${prompt}@${now}`, !same)
  if (error) return <ErrorPanel problem={asProblem(error)} />
  if (!same && isPending) return <SkeletonList label="Comparing" />
  const fields = Object.entries(data?.fields ?? {})
  if (same || fields.length === 0) return <p className="text-muted">These versions say the same.</p>
  const texts = fields.filter(([name]) => name === 'text' || name === 'system')
  const settings = fields.filter(([name]) => name !== 'text' && name !== 'system')
  return (
    <section aria-label="Differences" className="flex min-w-0 flex-col gap-4">
      <p className="text-label text-muted">
        <code className="font-mono text-mono">{old.slice(0, 12)}</code> to <code className="font-mono text-mono">{now.slice(0, 12)}</code>
      </p>
      {texts.map(([name, sides]) => (
        <div key={name} className="flex min-w-0 flex-col gap-1">
          <h3 className="text-label font-medium">{name === 'text' ? 'Text' : 'System text'}</h3>
          <TextDiff label={name === 'text' ? 'Text' : 'System text'} old={text(sides.old)} now={text(sides.new)} />
        </div>
      ))}
      {settings.length > 0 && (
        <dl className="flex flex-col gap-2 rounded-panel border border-line bg-surface p-3">
          {settings.map(([name, sides]) => (
            <div key={name} className="grid grid-cols-1 gap-1 sm:grid-cols-[160px_1fr_1fr]">
              <dt className="font-mono text-mono break-words">{name}</dt>
              <dd><Side value={sides.old} kind="removed" /></dd>
              <dd><Side value={sides.new} kind="added" /></dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  )
}

function Side({ value, kind }: { value: unknown; kind: 'added' | 'removed' }) {
  if (value === null || value === undefined) return <span className="text-muted">not there</span>
  const text = shown(value)
  return kind === 'added' ? (
    <ins className="rounded-[3px] bg-added px-1 break-words whitespace-pre-wrap decoration-ok">{text}</ins>
  ) : (
    <del className="rounded-[3px] bg-removed px-1 break-words whitespace-pre-wrap decoration-bad">{text}</del>
  )
}

const text = (value: unknown): string => (value === null || value === undefined ? '' : shown(value))
