import { Check, Copy, RotateCw } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { compact, duration, usd } from '@/core/format'
import { ended } from '@/core/playground'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { IconButton } from '@/ui/IconButton'
import { toast } from '@/ui/toasts'
import type { Answered } from './usePlayground'

export interface AnswerViewProps {
  answer: Answered
  /** The question is another one by now. */
  old: boolean
  runLink: (run: string) => ReactNode
  onAnew: () => void
}

/** What a model answered, with its figures; or why it gave no answer, and what it said up to there. */
export function AnswerView({ answer, old, runLink, onAnew }: AnswerViewProps) {
  const said = answer.answer ?? answer.partial
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {answer.answer === null && (
        <div role="alert" className="rounded-panel border border-bad p-3">
          <p className="flex flex-wrap items-center gap-2 font-medium">
            <Badge tone="bad">{answer.reason.replaceAll('_', ' ')}</Badge>
            <span className="min-w-0 break-words">{answer.what}</span>
          </p>
          <p className="mt-1 text-muted">{answer.fix}</p>
        </div>
      )}
      {said !== '' && (
        <div className="relative rounded-panel border border-line bg-surface">
          <CopyButton text={said} />
          {answer.answer === null && <p className="px-3 pt-2 text-label text-muted">What it said, which is no answer:</p>}
          <p tabIndex={0} aria-label="Answer" className="max-h-[60dvh] overflow-y-auto p-3 pr-10 break-words whitespace-pre-wrap">{said}</p>
        </div>
      )}
      <Figures answer={answer} />
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-label text-muted">
        <Button icon={<RotateCw />} onClick={onAnew}>Ask anew</Button>
        {runLink(answer.run)}
        {old && <span>The question has changed since.</span>}
      </div>
    </div>
  )
}

function Figures({ answer }: { answer: Answered }) {
  const tokens = (n: number | null) => (n === null ? 'not told' : compact(n))
  const figures = [
    ['Tokens in', tokens(answer.tokens_in)],
    ['Tokens out', answer.reasoning_out ? `${tokens(answer.tokens_out)}, ${compact(answer.reasoning_out)} of them thought` : tokens(answer.tokens_out)],
    ['Cost', answer.cost_usd === null ? 'no price known' : usd(answer.cost_usd)],
    ['Time', answer.seconds < 0.1 ? 'under 0.1 s' : duration(answer.seconds)],
    ['End', answer.answer === null && answer.tokens_out === null ? 'no answer' : ended(answer.finish)],
    ['Answer', answer.reused ? 'stored already' : answer.tokens_out === null && answer.answer === null ? 'none' : 'bought now'],
  ]
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-1 sm:grid-cols-3">
      {figures.map(([label, value]) => (
        <div key={label} className="flex min-w-0 flex-col">
          <dt className="text-meta text-muted">{label}</dt>
          <dd className="truncate tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function CopyButton({ text }: { text: string }) {
  const [copied, setCopied] = useState('')
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => { setCopied(text) },
      () => { toast('The browser does not let this page copy. Select the text instead.', { tone: 'bad' }) },
    )
  }
  return (
    <IconButton label="Copy the answer" side="left" className="absolute top-1 right-1 bg-surface" onClick={copy}>
      {copied === text ? <Check className="text-ok" /> : <Copy />}
    </IconButton>
  )
}
