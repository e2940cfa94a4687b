import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import type { CellPlace, GridSource } from '@/core/grid/source'

interface Props {
  readonly source: GridSource
  readonly text: string
  readonly from: CellPlace
  onText(text: string): void
  onFound(place: CellPlace): void
  onClose(): void
}

/** Looks for a text in all rows of the view, from the cursor on; the server does the looking. */
export function FindBar({ source, text, from, onText, onFound, onClose }: Props) {
  const [says, setSays] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const search = useRef<AbortController>(null)

  useEffect(() => {
    field.current?.focus()
    return () => { search.current?.abort() }
  }, [])

  const look = async (backwards: boolean): Promise<void> => {
    search.current?.abort()
    const { signal } = (search.current = new AbortController())
    if (!source.find || !text) return
    setSays('Looking …')
    try {
      const place = await source.find(text, from, backwards, signal)
      setSays(place ? '' : `No cell contains “${text}”.`)
      if (place) onFound(place)
    } catch (error) {
      if (!signal.aborted) setSays((error as Error).message)
    }
  }

  const pressed = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return
    event.preventDefault()
    if (event.key === 'Escape') onClose()
    else void look(event.shiftKey)
  }

  return (
    <div role="search" className="grid-find" aria-label="Find in cells">
      <input
        ref={field}
        type="text"
        aria-label="Find"
        placeholder="Find in cells"
        value={text}
        onChange={(event) => { onText(event.target.value) }}
        onKeyDown={pressed}
      />
      <span role="status">{says}</span>
      <button type="button" onClick={() => void look(true)}>Previous</button>
      <button type="button" onClick={() => void look(false)}>Next</button>
      <button type="button" onClick={onClose}>Close</button>
    </div>
  )
}
