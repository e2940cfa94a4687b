import { clsx } from 'clsx'
import { X } from 'lucide-react'

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
