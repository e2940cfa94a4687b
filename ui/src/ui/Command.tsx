import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { toast } from './toasts'

/** A line for the terminal that can be copied. */
export function Command({ text }: { text: string }) {
  const [copied, setCopied] = useState(false)
  return (
    <div className="flex items-center gap-2 rounded-control border border-line bg-raised py-0.5 pr-0.5 pl-2">
      <code tabIndex={0} className="min-w-0 flex-1 overflow-x-auto font-mono text-mono whitespace-nowrap">{text}</code>
      <button
        type="button"
        aria-label={`Copy: ${text}`}
        className="inline-flex size-6 shrink-0 items-center justify-center rounded-control text-muted hover:bg-surface hover:text-fg"
        onClick={() => {
          navigator.clipboard.writeText(text).then(
            () => {
              setCopied(true)
              toast('Copied.')
            },
            () => {
              toast('The browser does not let this page copy. Select the text instead.', { tone: 'bad' })
            },
          )
        }}
      >
        {copied ? <Check className="size-3.5 text-ok" /> : <Copy className="size-3.5" />}
      </button>
    </div>
  )
}
