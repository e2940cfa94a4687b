import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import type { CellValue, GridColumn } from '@/core/grid/source'
import { fromText } from '@/core/grid/values'

interface Props {
  readonly column: GridColumn
  readonly text: string
  /** Only to be read: the whole of a long text. */
  readonly fixed: boolean
  /** It opens upwards, where below there is no room. */
  readonly up: boolean
  /** `then` is where the cursor goes. */
  onDone(value: CellValue, then: 'stay' | 'down' | 'next' | 'previous'): void
  onCancel(): void
}

/** The editor of one cell. Enter keeps what was typed, Escape forgets it; while a word is being composed both belong to the input method. */
export function CellEditor({ column, text, fixed, up, onDone, onCancel }: Props) {
  const [problem, setProblem] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  const left = useRef(false)
  const says = useId()
  const name = column.label ?? column.name

  useEffect(() => {
    const element = field.current
    element?.focus({ preventScroll: true })
    element?.setSelectionRange(element.value.length, element.value.length)
    if (element) grow(element)
  }, [])

  const finish = (then: 'stay' | 'down' | 'next' | 'previous') => {
    if (left.current) return
    const typed = field.current?.value ?? text
    if (fixed || typed === text) {
      left.current = true
      onCancel()
      return
    }
    const read = fromText(typed, column.kind)
    if ('problem' in read) {
      setProblem(read.problem)
      return
    }
    left.current = true
    onDone(read.value, then)
  }

  const pressed = (event: KeyboardEvent) => {
    event.stopPropagation()
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Escape') {
      left.current = true
      onCancel()
    } else if (event.key === 'Enter' && !event.shiftKey && !event.altKey) finish(event.ctrlKey || event.metaKey ? 'stay' : 'down')
    else if (event.key === 'Tab') finish(event.shiftKey ? 'previous' : 'next')
    else return
    event.preventDefault()
  }

  return (
    <div className="grid-editor" data-up={up || undefined} onPointerDown={(event) => { event.stopPropagation() }}>
      <textarea
        ref={field}
        className={column.kind === 'json' ? 'grid-mono' : undefined}
        aria-label={fixed ? name : `Edit ${name}`}
        aria-invalid={problem !== ''}
        aria-describedby={problem ? says : undefined}
        defaultValue={text}
        readOnly={fixed}
        rows={1}
        spellCheck={column.kind === 'text'}
        onInput={(event) => { grow(event.currentTarget) }}
        onKeyDown={pressed}
        onBlur={() => { finish('stay') }}
      />
      {problem && <p id={says} role="alert">{problem}</p>}
    </div>
  )
}

/** As high as its text, up to what CSS allows. */
function grow(element: HTMLTextAreaElement): void {
  element.style.height = 'auto'
  element.style.height = `${element.scrollHeight + 2}px`
}
