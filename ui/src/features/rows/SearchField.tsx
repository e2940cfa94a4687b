import { Search } from 'lucide-react'
import { useState } from 'react'
import { Input } from '@/ui/Input'

interface Props {
  readonly search: string | undefined
  onSearch(search: string | undefined): void
}

/** Looks for words in all texts of the rows. What is typed applies on Enter and on leaving the field. */
export function SearchField({ search = '', onSearch }: Props) {
  const [text, setText] = useState(search)
  const [before, setBefore] = useState(search)
  if (before !== search) {
    setBefore(search)
    setText(search)
  }
  const apply = (said: string) => {
    if (said.trim() !== search) onSearch(said.trim() || undefined)
  }
  return (
    <Input
      type="search"
      icon={<Search />}
      className="w-52 max-sm:w-auto max-sm:flex-1"
      aria-label="Search in the texts"
      placeholder='Search: tea "a phrase" -not'
      value={text}
      onChange={(event) => {
        setText(event.target.value)
        if (event.target.value === '') apply('')
      }}
      onBlur={() => { apply(text) }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.nativeEvent.isComposing) apply(text)
        if (event.key === 'Escape') setText(search)
      }}
    />
  )
}
