import { RotateCcw, X } from 'lucide-react'
import { useState } from 'react'
import { command, type CommandId } from '@/core/commands'
import { clashes } from '@/core/hotkeys'
import { isLetter, strokesOf } from '@/core/strokes'
import { IconButton } from '@/ui/IconButton'
import { Keys } from '@/ui/Keys'

export interface ShortcutRowProps {
  id: CommandId
  chosen: string[] | undefined
  /** Shortcuts of a single character are off. */
  off: boolean
  onChoose: (id: CommandId, keys: string[] | undefined) => void
}

/** One shortcut. While it is being chosen, the next keys pressed are its keys; Esc leaves it as it was. */
export function ShortcutRow({ id, chosen, off, onChoose }: ShortcutRowProps) {
  const [hearing, setHearing] = useState(false)
  const [refused, setRefused] = useState<string>()
  const { label, keys: usual } = command(id)
  const keys = chosen ?? usual
  const asleep = off && keys.length > 0 && keys.every((one) => one.split(' ').every(isLetter))

  const hear = (event: React.KeyboardEvent) => {
    const [stroke] = strokesOf(event.nativeEvent)
    if (!hearing || stroke === undefined || stroke === 'Tab' || stroke === 'Shift+Tab') return
    event.preventDefault()
    event.stopPropagation()
    if (stroke === 'Esc') {
      setHearing(false)
      return
    }
    const [taken] = clashes(id, stroke)
    if (taken) {
      setRefused(`${stroke} is taken by "${command(taken).label}". Press other keys.`)
      return
    }
    setHearing(false)
    setRefused(undefined)
    onChoose(id, [stroke])
  }

  return (
    <li className="border-b border-line py-1 pr-1.5 pl-3 last:border-b-0">
      <div className="flex min-h-7 items-center gap-2">
        <span className="min-w-0 flex-1">{label}</span>
        {asleep && <span className="text-label text-muted">off</span>}
        <button
          type="button"
          aria-label={`${label}: ${hearing ? 'press the keys' : keys.length > 0 ? `${keys.join(', ')}, change` : 'no keys, choose'}`}
          onClick={() => {
            setHearing(!hearing)
          }}
          onKeyDown={hear}
          onBlur={() => {
            setHearing(false)
            setRefused(undefined)
          }}
          className="inline-flex h-7 min-w-24 items-center justify-end gap-2 rounded-control px-2 transition-colors hover:bg-raised"
        >
          {hearing ? (
            <span className="text-label text-accent">Press keys</span>
          ) : keys.length > 0 ? (
            keys.map((one) => <Keys key={one} keys={one} />)
          ) : (
            <span className="text-label text-muted">none</span>
          )}
        </button>
        <IconButton
          label={`Take the keys from: ${label}`}
          disabled={keys.length === 0}
          onClick={() => {
            onChoose(id, [])
          }}
        >
          <X />
        </IconButton>
        <IconButton
          label={`Reset: ${label}`}
          disabled={chosen === undefined}
          onClick={() => {
            onChoose(id, undefined)
          }}
        >
          <RotateCcw />
        </IconButton>
      </div>
      {refused !== undefined && (
        <p role="alert" className="pb-1 text-label text-bad">
          {refused}
        </p>
      )}
    </li>
  )
}
