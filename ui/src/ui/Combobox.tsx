import { clsx } from 'clsx'
import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { Input, type InputProps } from './Input'

export interface Choice {
  value: string
  /** What stands at its right. */
  note?: ReactNode
}

export interface ComboboxProps extends Omit<InputProps, 'value' | 'onChange' | 'icon'> {
  value: string
  choices: readonly Choice[]
  onChange: (value: string) => void
  /** Shown below the choices. */
  foot?: ReactNode
}

const most = 50

/** Text that may be one of many choices: they are narrowed by what is typed, and anything else may be typed, too. */
export function Combobox({ value, choices, onChange, foot, ...rest }: ComboboxProps) {
  const id = useId()
  const list = useRef<HTMLUListElement>(null)
  const [open, setOpen] = useState(false)
  const [narrow, setNarrow] = useState(false)
  const [at, setAt] = useState(-1)
  const wanted = narrow ? value.toLowerCase() : ''
  const found = choices.filter((one) => one.value.toLowerCase().includes(wanted))
  const shown = found.slice(0, most)
  const choose = (chosen: string) => {
    onChange(chosen)
    setOpen(false)
    setAt(-1)
  }
  const move = (to: number) => {
    const next = (to + shown.length) % shown.length
    setAt(next)
    list.current?.children[next]?.scrollIntoView({ block: 'nearest' })
  }
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined && shown.length > 0) {
      event.preventDefault()
      if (open) move(at < 0 && step < 0 ? shown.length - 1 : at + step)
      else setOpen(true)
    }
    const chosen = shown[at]
    if (event.key === 'Enter' && open && chosen) {
      event.preventDefault()
      choose(chosen.value)
    }
    if (event.key === 'Escape' && open) {
      event.stopPropagation()
      setOpen(false)
    }
  }
  return (
    <div
      className="relative"
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) setOpen(false)
      }}
    >
      <Input
        {...rest}
        role="combobox"
        aria-expanded={open && shown.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={open && at >= 0 ? `${id}-${String(at)}` : undefined}
        value={value}
        onFocus={() => {
          setNarrow(false)
        }}
        onClick={() => {
          setOpen(true)
        }}
        onKeyDown={keys}
        onChange={(event) => {
          onChange(event.target.value)
          setNarrow(true)
          setOpen(true)
          setAt(-1)
        }}
      />
      {open && shown.length > 0 && (
        <div className="absolute top-full left-0 z-30 mt-1 w-full min-w-60 animate-appear rounded-panel border border-line bg-surface shadow-popover">
          <ul ref={list} id={`${id}-list`} role="listbox" aria-label="Choices" className="max-h-64 overflow-y-auto p-1">
            {shown.map((one, index) => (
              <li
                key={one.value}
                id={`${id}-${String(index)}`}
                role="option"
                aria-selected={one.value === value}
                onPointerDown={(event) => {
                  event.preventDefault()
                }}
                onClick={() => {
                  choose(one.value)
                }}
                className={clsx(
                  'flex min-h-7 cursor-default items-center gap-2 rounded-[3px] px-2 hover:bg-raised aria-selected:text-accent',
                  index === at && 'bg-raised',
                )}
              >
                <span className="min-w-0 flex-1 truncate">{one.value}</span>
                {one.note}
              </li>
            ))}
          </ul>
          {(foot !== undefined || found.length > most) && (
            <p className="border-t border-line px-3 py-1.5 text-label text-muted">
              {found.length > most ? `${String(found.length - most)} more: type to narrow them.` : foot}
            </p>
          )}
        </div>
      )}
    </div>
  )
}
