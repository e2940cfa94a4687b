import { ListFilter } from 'lucide-react'
import { useRef, useState } from 'react'
import { keysOf } from '@/core/hotkeys'
import { joinConditions, splitConditions } from '@/core/rows/conditions'
import { Keys } from '@/ui/Keys'
import { useHotkey } from '@/ui/useHotkey'
import { ConditionInput } from './ConditionInput'
import { FilterChip, MarkChip } from './FilterChip'

interface Props {
  /** What a run of checks has found of the rows. */
  readonly marked: string | undefined
  readonly where: string | undefined
  readonly columns: readonly string[]
  readonly refused: boolean
  onWhere(where: string | undefined): void
  onUnmark(): void
}

/** The filter as chips, all of which hold, and a field for one more. What is typed applies on Enter. */
export function FilterBar({ where, marked, columns, refused, onWhere, onUnmark }: Props) {
  const chips = splitConditions(where)
  const [text, setText] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const [key] = keysOf('filter.focus')
  useHotkey('filter.focus', () => { field.current?.focus() })

  const put = (parts: readonly string[]) => { onWhere(joinConditions(parts)) }
  const without = (n: number) => chips.filter((_, other) => other !== n)
  const apply = () => {
    if (!text.trim()) return
    put([...chips, text])
    setText('')
  }
  /** Puts a chip back into the field, with what stands there kept as a chip. */
  const edit = (n: number) => {
    if (text.trim()) put([...without(n), text])
    else put(without(n))
    setText(chips[n] ?? '')
    field.current?.focus()
  }

  return (
    <div
      role="group"
      aria-label="Filter"
      className="flex min-h-7 min-w-0 flex-1 flex-wrap items-center gap-1 rounded-control border border-control-line bg-surface px-1 py-px focus-within:outline-2 focus-within:outline-accent max-sm:basis-full"
    >
      <ListFilter aria-hidden className="mx-1 size-3.5 shrink-0 text-muted" />
      {marked !== undefined && <MarkChip mark={marked} onRemove={onUnmark} />}
      {chips.map((chip, n) => (
        <FilterChip key={`${String(n)} ${chip}`} text={chip} refused={refused} onEdit={() => { edit(n) }} onRemove={() => { put(without(n)) }} />
      ))}
      <ConditionInput
        ref={field}
        text={text}
        columns={columns}
        placeholder={chips.length ? 'and …' : 'Filter: length(answer) > 20'}
        onText={setText}
        onApply={apply}
        onBack={() => { if (chips.length) edit(chips.length - 1) }}
      />
      {key !== undefined && !text && chips.length === 0 && marked === undefined && <span className="pr-1 max-sm:hidden"><Keys keys={key} /></span>}
    </div>
  )
}
