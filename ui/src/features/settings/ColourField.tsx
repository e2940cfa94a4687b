import { RotateCcw } from 'lucide-react'
import { useId, useState } from 'react'
import { isColour, type Token } from '@/core/look'
import { IconButton } from '@/ui/IconButton'
import { Input } from '@/ui/Input'
import { shownHex } from './colours'

export interface ColourFieldProps {
  label: string
  token: Token
  /** What the theme says; nothing: the colour is that of light or dark. */
  value: string | undefined
  onChange: (value: string | undefined) => void
}

/** One colour: picked, typed, or as it was. */
export function ColourField({ label, token, value, onChange }: ColourFieldProps) {
  const id = useId()
  const [typed, setTyped] = useState<string>()
  const wrong = typed !== undefined && typed !== '' && !isColour(typed)
  return (
    <div className="flex items-center gap-2">
      <label htmlFor={id} className="min-w-0 flex-1 truncate text-label">
        {label}
      </label>
      <input
        type="color"
        aria-label={`Pick: ${label}`}
        value={shownHex(token)}
        onChange={(event) => {
          onChange(event.target.value)
        }}
        className="size-7 shrink-0 rounded-control border border-control-line bg-surface p-0.5"
      />
      <div className="w-32">
        <Input
          id={id}
          mono
          value={typed ?? value ?? ''}
          placeholder={shownHex(token)}
          aria-invalid={wrong || undefined}
          onChange={(event) => {
            setTyped(event.target.value)
            if (isColour(event.target.value)) onChange(event.target.value.trim())
          }}
          onBlur={() => {
            setTyped(undefined)
          }}
        />
      </div>
      <IconButton
        label={`Reset: ${label}`}
        disabled={value === undefined}
        onClick={() => {
          onChange(undefined)
        }}
      >
        <RotateCcw />
      </IconButton>
    </div>
  )
}
