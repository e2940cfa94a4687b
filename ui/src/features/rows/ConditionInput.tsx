import { clsx } from 'clsx'
import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react'
import { complete, suggest, type Suggestion } from '@/core/rows/suggest'

interface Props {
  readonly ref: RefObject<HTMLInputElement | null>
  readonly text: string
  readonly columns: readonly string[]
  readonly placeholder: string
  onText(text: string): void
  onApply(): void
  /** Backspace in the empty field. */
  onBack(): void
}

/** A field for a condition that offers columns, functions and words of the language. Arrow keys choose, Tab or Enter takes, Enter applies. */
export function ConditionInput({ ref, text, columns, placeholder, onText, onApply, onBack }: Props) {
  const [caret, setCaret] = useState(0)
  const [open, setOpen] = useState(false)
  const [chosen, setChosen] = useState(-1)
  const put = useRef<number>(undefined)
  const list = useId()
  const offered = open ? suggest(text, caret, columns) : []

  useLayoutEffect(() => {
    if (put.current === undefined) return
    ref.current?.setSelectionRange(put.current, put.current)
    put.current = undefined
  }, [ref, text])

  const take = (suggestion: Suggestion) => {
    const made = complete(text, caret, suggestion)
    put.current = made.caret
    onText(made.text)
    setCaret(made.caret)
    setChosen(-1)
    ref.current?.focus()
  }

  const pressed = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return
    const picked = offered[chosen] ?? (event.key === 'Tab' && text ? offered[0] : undefined)
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (by !== undefined && offered.length > 0) setChosen((chosen + by + offered.length + (chosen < 0 && by < 0 ? 1 : 0)) % offered.length)
    else if ((event.key === 'Enter' || event.key === 'Tab') && picked) take(picked)
    else if (event.key === 'Enter') { setOpen(false); onApply() }
    else if (event.key === 'Escape' && open) setOpen(false)
    else if (event.key === 'Escape' && text) onText('')
    else if (event.key === 'Backspace' && text === '') onBack()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div className="relative min-w-24 flex-1">
      <input
        ref={ref}
        type="text"
        role="combobox"
        aria-label="Add a condition"
        aria-expanded={offered.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={chosen >= 0 && offered.length ? `${list}-${String(chosen)}` : undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        value={text}
        className="h-6 w-full bg-transparent px-1 font-mono text-mono outline-none placeholder:font-sans placeholder:text-muted"
        onChange={(event) => {
          onText(event.target.value)
          setCaret(event.target.selectionStart ?? event.target.value.length)
          setChosen(-1)
          setOpen(true)
        }}
        onSelect={(event) => { setCaret(event.currentTarget.selectionStart ?? 0) }}
        onFocus={() => { setOpen(true) }}
        onBlur={() => { setOpen(false); setChosen(-1) }}
        onKeyDown={pressed}
      />
      <ul
        id={list}
        role="listbox"
        aria-label="What can be written here"
        hidden={offered.length === 0}
        className="absolute top-full left-0 z-40 mt-1 w-80 max-w-[calc(100vw-48px)] animate-appear rounded-panel border border-line bg-surface p-1 shadow-popover"
      >
        {offered.map((one, n) => (
          <li
            key={one.text}
            id={`${list}-${String(n)}`}
            role="option"
            aria-selected={n === chosen}
            className={clsx('flex h-7 cursor-default items-center justify-between gap-3 rounded-[3px] px-2', n === chosen && 'bg-raised')}
            onPointerDown={(event) => { event.preventDefault(); take(one) }}
            onPointerEnter={() => { setChosen(n) }}
          >
            <span className="min-w-0 truncate font-mono text-mono">{one.text}</span>
            <span className="shrink-0 text-label text-muted">{one.about}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
