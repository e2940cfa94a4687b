import { clsx } from 'clsx'
import { SendHorizontal } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { messages, type Message } from '@/core/guides'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { IconButton } from '@/ui/IconButton'
import { TextArea } from '@/ui/TextArea'
import { quickOf } from './quick'
import { Underway } from './Underway'
import type { Guide, Say } from './useGuides'

export interface TalkProps {
  project: string
  guide: Guide
  say: Say
}

/** The talk: what was said so far, what is under way, and what can be said now. */
export function Talk({ project, guide, say }: TalkProps) {
  const [text, setText] = useState('')
  const end = useRef<HTMLDivElement>(null)
  const titles = Object.fromEntries(guide.items.map((item) => [item.name, item.title]))
  const told = messages(guide.turns, titles)
  const waiting = say.isPending && 'text' in say.variables ? say.variables.text : undefined
  const busy = guide.doing !== null || say.isPending
  const open = ['checklist', 'summary', 'samples'].includes(guide.phase)
  const last = told.at(-1)?.key
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'nearest' })
  }, [last, waiting, busy])
  const send = (words: string) => {
    if (words.trim() === '' || busy) return
    say.mutate({ text: words.trim() }, { onSuccess: () => { setText('') } })
  }
  return (
    <section aria-label="Talk" className="flex min-h-0 flex-1 flex-col">
      <div role="log" aria-label="What was said" tabIndex={0} className="flex min-h-40 flex-1 flex-col gap-2.5 overflow-y-auto px-4 py-4 focus-visible:-outline-offset-2 sm:px-6">
        {told.map((one) => (
          <Bubble key={one.key} message={one} />
        ))}
        {waiting !== undefined && <Bubble message={{ key: 'waiting', who: 'you', lines: [waiting] }} />}
        <Underway project={project} guide={guide} say={say} />
        <div ref={end} />
      </div>
      {open && (
        <form
          className="flex flex-col gap-2 border-t border-line bg-surface px-4 py-3 sm:px-6"
          onSubmit={(event) => {
            event.preventDefault()
            send(text)
          }}
        >
          {say.error && <ErrorPanel problem={asProblem(say.error)} />}
          <div className="flex flex-wrap gap-1.5">
            {quickOf(guide).map(({ label, text: words, main }) => (
              <Button
                key={label}
                look={main ? 'primary' : 'plain'}
                disabled={busy}
                onClick={() => {
                  send(words)
                }}
              >
                {label}
              </Button>
            ))}
          </div>
          <div className="flex items-end gap-1.5">
            <TextArea
              aria-label="Your answer"
              rows={2}
              value={text}
              placeholder={guide.phase === 'checklist' ? 'Answer in your own words' : 'Say what to change, or use the buttons'}
              onChange={(event) => {
                setText(event.target.value)
              }}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
                  event.preventDefault()
                  send(text)
                }
              }}
            />
            <IconButton label="Send" keys="Enter" type="submit" disabled={busy || text.trim() === ''}>
              <SendHorizontal />
            </IconButton>
          </div>
        </form>
      )}
    </section>
  )
}

function Bubble({ message: { who, lines, question, example } }: { message: Message }) {
  return (
    <div
      className={clsx(
        'flex max-w-[88%] flex-col gap-1 rounded-panel border px-3 py-2 break-words whitespace-pre-wrap',
        who === 'you' ? 'self-end border-line bg-raised' : 'self-start border-line bg-surface',
      )}
    >
      <span className="sr-only">{who === 'you' ? 'You:' : 'Guide:'}</span>
      {lines.map((line, index) => (
        <p key={index} className={clsx(who === 'guide' && 'text-muted')}>
          {line}
        </p>
      ))}
      {question !== undefined && <p className="font-medium">{question}</p>}
      {example !== undefined && <p className="text-label text-muted">For example: {example}</p>}
    </div>
  )
}
