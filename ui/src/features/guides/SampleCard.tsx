import { Pencil, Pin, RotateCw, StickyNote } from 'lucide-react'
import { useRef, useState } from 'react'
import { asProblem } from '@/core/problem'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { TextArea } from '@/ui/TextArea'
import { SampleEdit } from './SampleEdit'
import { useSay, type Sample } from './useGuides'

export interface SampleCardProps {
  number: number
  sample: Sample
  /** Whether it can be looked over now. */
  open: boolean
  project: string
  guide: string
}

/** A sample: kept as it is, changed by hand, noted on, or made again. */
export function SampleCard({ number, sample, open, project, guide }: SampleCardProps) {
  const [doing, setDoing] = useState<'edit' | 'note'>()
  const [note, setNote] = useState('')
  const say = useSay(project, guide)
  const card = useRef<HTMLLIElement>(null)
  const close = () => {
    setDoing(undefined)
    setNote('')
  }
  const begin = () => {
    const chosen = getSelection()
    const within = chosen?.anchorNode && card.current?.contains(chosen.anchorNode) ? chosen.toString().trim() : ''
    setNote(within === '' ? '' : `“${within}”: `)
    setDoing('note')
  }
  return (
    <li ref={card} aria-label={`Sample ${String(number)}`} className="flex flex-col gap-2 rounded-panel border border-line bg-surface p-3">
      <div className="flex flex-wrap items-center gap-1.5">
        <span className="text-label font-medium text-muted tabular-nums">Sample {number}</span>
        {sample.pinned && <Badge tone="accent">{sample.wrote ? 'kept, changed by hand' : 'kept'}</Badge>}
        {open && doing === undefined && (
          <span className="ml-auto flex flex-wrap gap-1">
            <Button
              look="quiet"
              icon={<Pin />}
              disabled={say.isPending || sample.failed !== ''}
              aria-pressed={sample.pinned}
              onClick={() => {
                say.mutate({ act: sample.pinned ? { drop: [number] } : { keep: [number] } })
              }}
            >
              {sample.pinned ? 'Do not keep' : 'Keep'}
            </Button>
            <Button look="quiet" icon={<Pencil />} onClick={() => { setDoing('edit') }}>
              Edit
            </Button>
            <Button look="quiet" icon={<StickyNote />} disabled={sample.failed !== ''} onClick={begin}>
              Note
            </Button>
            <Button
              look="quiet"
              icon={<RotateCw />}
              disabled={say.isPending}
              onClick={() => {
                say.mutate({ act: { again: [number] } })
              }}
            >
              Another
            </Button>
          </span>
        )}
      </div>
      {say.error && <ErrorPanel problem={asProblem(say.error)} />}
      {sample.failed !== '' && <p className="text-bad">There is none: {sample.failed}</p>}
      {doing === 'edit' ? (
        <SampleEdit number={number} sample={sample} say={say} onClose={close} />
      ) : (
        sample.input !== '' && (
          <dl className="flex flex-col gap-1.5">
            <dt className="font-mono text-mono text-muted">input</dt>
            <dd className="break-words whitespace-pre-wrap">{sample.input}</dd>
            <dt className="font-mono text-mono text-muted">answer</dt>
            <dd className="break-words whitespace-pre-wrap">{sample.answer}</dd>
          </dl>
        )
      )}
      {sample.notes.map((one, index) => (
        <p key={index} className="border-l-2 border-warn pl-2 break-words">
          {one}
        </p>
      ))}
      {doing === 'note' && (
        <form
          className="flex flex-col gap-2"
          onSubmit={(event) => {
            event.preventDefault()
            if (note.trim() !== '') say.mutate({ act: { note: note.trim(), sample: number } }, { onSuccess: close })
          }}
        >
          <TextArea
            aria-label={`Note on sample ${String(number)}`}
            autoFocus
            rows={2}
            value={note}
            placeholder="What is wrong with it"
            onChange={(event) => {
              setNote(event.target.value)
            }}
            onKeyDown={(event) => {
              if (event.key === 'Escape') close()
            }}
          />
          <span className="flex gap-2">
            <Button type="submit" look="primary" disabled={note.trim() === ''} busy={say.isPending}>
              Note it
            </Button>
            <Button look="quiet" onClick={close}>
              Cancel
            </Button>
          </span>
        </form>
      )}
    </li>
  )
}
