import { ChevronLeft, ChevronRight } from 'lucide-react'
import { count } from '@/core/format'
import { IconButton } from './IconButton'

export interface PagerProps {
  start: number
  shown: number
  total: number | null
  next: number | null
  size?: number
  onStart: (start: number) => void
}

/** Which part of a list is shown, and how to go on; nothing where all of it is. */
export function Pager({ start, shown, total, next, size = 100, onStart }: PagerProps) {
  if (start === 0 && next === null) return null
  return (
    <nav aria-label="Pages" className="flex items-center justify-end gap-1 text-label text-muted tabular-nums">
      {count(start + 1)} to {count(start + shown)}
      {total !== null && ` of ${count(total)}`}
      <IconButton
        label="Earlier"
        disabled={start === 0}
        onClick={() => {
          onStart(Math.max(0, start - size))
        }}
      >
        <ChevronLeft />
      </IconButton>
      <IconButton
        label="Further"
        disabled={next === null}
        onClick={() => {
          if (next !== null) onStart(next)
        }}
      >
        <ChevronRight />
      </IconButton>
    </nav>
  )
}
