import { clsx } from 'clsx'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { keysOf } from '@/core/hotkeys'
import { optionCommands } from '@/core/review'
import { Button } from '@/ui/Button'
import { Input } from '@/ui/Input'
import { Keys } from '@/ui/Keys'
import { useHotkey } from '@/ui/useHotkey'

interface Props {
  readonly options: readonly string[]
  readonly chosen: string
  onChoose(label: string): void
  onAdd(label: string): void
}

/** The labels to choose among; a number belongs to each, and chosen again it is taken back. */
export function Options({ options, chosen, onChoose, onAdd }: Props) {
  const [name, setName] = useState('')
  const add = () => {
    const label = name.trim()
    if (label === '') return
    if (!options.includes(label)) onAdd(label)
    onChoose(label)
    setName('')
  }
  const choose = (label: string) => { onChoose(label === chosen ? '' : label) }
  return (
    <div role="group" aria-label="Label" className="flex flex-col gap-2">
      {options.length > 0 && (
        <div className="flex flex-wrap gap-1.5 md:flex-col md:flex-nowrap">
          {options.map((label, n) => (
            <Option key={label} label={label} n={n} on={label === chosen} onChoose={() => { choose(label) }} />
          ))}
        </div>
      )}
      <form
        className="flex gap-1.5"
        onSubmit={(event) => {
          event.preventDefault()
          add()
        }}
      >
        <Input aria-label="New label" placeholder="New label" value={name} onChange={(event) => { setName(event.target.value) }} />
        <Button type="submit" icon={<Plus />} disabled={name.trim() === ''}>Add</Button>
      </form>
    </div>
  )
}

function Option({ label, n, on, onChoose }: { readonly label: string; readonly n: number; readonly on: boolean; onChoose(): void }) {
  const id = optionCommands[n]
  const keys = id === undefined ? undefined : keysOf(id)[0]
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={onChoose}
      className={clsx(
        'flex min-h-7 items-center justify-between gap-3 rounded-control border px-2.5 text-left text-label transition-colors',
        on ? 'border-accent bg-selected font-medium text-accent' : 'border-control-line bg-surface hover:bg-raised',
      )}
    >
      <span className="min-w-0 break-words">{label}</span>
      {keys !== undefined && <span aria-hidden className="hidden md:inline-flex"><Keys keys={keys} /></span>}
      {id !== undefined && <OptionKey id={id} onChoose={onChoose} />}
    </button>
  )
}

function OptionKey({ id, onChoose }: { readonly id: (typeof optionCommands)[number]; onChoose(): void }) {
  useHotkey(id, onChoose)
  return null
}
