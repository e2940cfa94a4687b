import { useState } from 'react'
import { Input } from '@/ui/Input'

interface Props {
  readonly sample: number | undefined
  onSample(sample: number | undefined): void
}

/** Looks at so many of the rows alone: the same ones each time. Applies on Enter and on leaving the field. */
export function SampleField({ sample, onSample }: Props) {
  const [text, setText] = useState(sample === undefined ? '' : String(sample))
  const rows = /^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined
  const sound = text.trim() === '' || (rows !== undefined && rows > 0)
  const apply = () => {
    if (sound && rows !== sample) onSample(rows)
  }
  return (
    <label className="flex items-center justify-between gap-3">
      Sample, in rows
      <span className="w-36">
        <Input
          inputMode="numeric"
          aria-label="Sample, in rows"
          aria-invalid={!sound || undefined}
          placeholder="all"
          value={text}
          onChange={(event) => { setText(event.target.value) }}
          onBlur={apply}
          onKeyDown={(event) => { if (event.key === 'Enter') apply() }}
        />
      </span>
    </label>
  )
}
