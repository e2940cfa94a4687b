import { clsx } from 'clsx'
import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from './IconButton'
import { toast } from './toasts'

export interface CodeBlockProps {
  label: string
  text: string
  /** Long lines go on below, instead of to the right. */
  wraps?: boolean
}

/** Text as it stands in a file, to be read and copied. */
export function CodeBlock({ label, text, wraps = false }: CodeBlockProps) {
  const [copied, setCopied] = useState(false)
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => {
        setCopied(true)
      },
      () => {
        toast('The browser does not let this page copy. Select the text instead.', { tone: 'bad' })
      },
    )
  }
  return (
    <div className="relative rounded-panel border border-line bg-surface">
      <IconButton label={`Copy ${label}`} onClick={copy} side="left" className="absolute top-1 right-1 bg-surface">
        {copied ? <Check className="text-ok" /> : <Copy />}
      </IconButton>
      <pre tabIndex={0} aria-label={label} className={clsx('overflow-x-auto p-3 font-mono text-mono', wraps && 'pr-10 break-words whitespace-pre-wrap')}>
        {text}
      </pre>
    </div>
  )
}
