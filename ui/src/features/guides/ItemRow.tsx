import { clsx } from 'clsx'
import { Check, Circle, CircleHelp, Pencil } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/ui/Button'
import { IconButton } from '@/ui/IconButton'
import { TextArea } from '@/ui/TextArea'
import type { Item, Say } from './useGuides'

const marks = { known: <Check className="text-ok" />, assumed: <CircleHelp className="text-warn" />, open: <Circle className="text-muted" /> }

export interface ItemRowProps {
  item: Item
  /** Whether the talk asks for it now. */
  asked: boolean
  busy: boolean
  say: Say
}

/** An item of the checklist: what is known of it and what shows it, to be written by hand, and to be accepted where it is assumed. */
export function ItemRow({ item, asked, busy, say }: ItemRowProps) {
  const [typed, setTyped] = useState<string>()
  const { name, title, required, state, value, evidence } = item
  const shown = evidence.at(-1)
  const set = (said: string | null) => {
    say.mutate({ act: { items: { [name]: said } } }, { onSuccess: () => { setTyped(undefined) } })
  }
  return (
    <li className={clsx('flex flex-col gap-1 px-3 py-2', asked && 'bg-selected')}>
      <div className="flex items-center gap-2 [&>svg]:size-3.5 [&>svg]:shrink-0">
        {marks[state]}
        <span className="font-medium">{title}</span>
        {required && <span className="text-label text-muted">needed</span>}
        <span className={clsx('text-label', state === 'assumed' ? 'text-warn' : 'text-muted')}>{state}</span>
        <span className="ml-auto flex items-center gap-1">
          {state === 'assumed' && typed === undefined && (
            <Button disabled={busy} onClick={() => { set(value) }}>
              Accept
            </Button>
          )}
          <IconButton
            label={`Write ${title}`}
            disabled={busy}
            pressed={typed !== undefined}
            onClick={() => {
              setTyped(typed === undefined ? value : undefined)
            }}
          >
            <Pencil />
          </IconButton>
        </span>
      </div>
      {typed === undefined ? (
        <>
          {value !== '' && <p className="pl-5.5 break-words whitespace-pre-wrap">{value}</p>}
          {shown && shown.quote !== value && (
            <p className="pl-5.5 text-label break-words text-muted">
              {shown.source}: “{shown.quote.length > 160 ? `${shown.quote.slice(0, 159)}…` : shown.quote}”
            </p>
          )}
        </>
      ) : (
        <form
          className="flex flex-col gap-2 pl-5.5"
          onSubmit={(event) => {
            event.preventDefault()
            set(typed.trim() === '' ? null : typed.trim())
          }}
        >
          <TextArea
            aria-label={title}
            autoFocus
            rows={2}
            value={typed}
            placeholder={item.example}
            onChange={(event) => {
              setTyped(event.target.value)
            }}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setTyped(undefined)
            }}
          />
          <span className="flex gap-2">
            <Button type="submit" look="primary" busy={busy}>
              {typed.trim() === '' ? 'Leave it open' : 'Take it'}
            </Button>
            <Button look="quiet" onClick={() => { setTyped(undefined) }}>
              Cancel
            </Button>
          </span>
        </form>
      )}
    </li>
  )
}
