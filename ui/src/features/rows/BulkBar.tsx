import { Pencil, Tag, Trash2 } from 'lucide-react'
import { Button } from '@/ui/Button'

interface Props {
  readonly words: string
  onSet(): void
  onTag(): void
  onRemove(): void
  onClear(): void
}

/** What can be done with all rows that are selected. */
export function BulkBar({ words, onSet, onTag, onRemove, onClear }: Props) {
  return (
    <div role="toolbar" aria-label="Selected rows" className="flex flex-wrap items-center gap-2 border-t border-line bg-selected px-4 py-1.5 sm:px-6">
      <span className="font-medium text-accent tabular-nums">{words}</span>
      <Button icon={<Tag />} onClick={onTag}>Tag</Button>
      <Button icon={<Pencil />} onClick={onSet}>Set a column</Button>
      <Button look="danger" icon={<Trash2 />} onClick={onRemove}>Delete</Button>
      <Button look="quiet" onClick={onClear}>Clear selection</Button>
    </div>
  )
}
