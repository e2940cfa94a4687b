import { clsx } from 'clsx'
import { ClipboardCheck, X } from 'lucide-react'
import { saysMark } from '@/core/quality'

interface Props {
  readonly text: string
  readonly refused: boolean
  onEdit(): void
  onRemove(): void
}

/** One condition of the filter: a press puts it back into the field. */
export function FilterChip({ text, refused, onEdit, onRemove }: Props) {
  return (
    <span className={clsx('inline-flex h-5.5 max-w-full items-center rounded-control border bg-raised', refused ? 'border-bad' : 'border-line')}>
      <button type="button" aria-label={`Edit the condition ${text}`} onClick={onEdit} className="min-w-0 truncate pl-1.5 font-mono text-label">
        {text}
      </button>
      <button
        type="button"
        aria-label={`Remove the condition ${text}`}
        onClick={onRemove}
        className="inline-flex size-5 shrink-0 items-center justify-center text-muted hover:text-fg"
      >
        <X className="size-3" />
      </button>
    </span>
  )
}

/** What checks have found of the rows that are shown. */
export function MarkChip({ mark, onRemove }: { readonly mark: string; onRemove(): void }) {
  const { what, run } = saysMark(mark)
  return (
    <span className="inline-flex h-5.5 max-w-full items-center rounded-control border border-accent bg-selected">
      <ClipboardCheck aria-hidden className="ml-1.5 size-3 shrink-0 text-accent" />
      <span className="min-w-0 truncate pl-1 text-label">
        {what} <span className="text-muted">in {run}</span>
      </span>
      <button
        type="button"
        aria-label={`Remove the mark ${what}`}
        onClick={onRemove}
        className="inline-flex size-5 shrink-0 items-center justify-center text-muted hover:text-fg"
      >
        <X className="size-3" />
      </button>
    </span>
  )
}
