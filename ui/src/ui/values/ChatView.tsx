import type { CellValue } from '@/core/grid/source'
import { gist, isObject, type ChatMessage } from '@/core/grid/values'
import { JsonView } from './JsonView'

type Message = Readonly<Record<string, CellValue>> & ChatMessage

/** A conversation, message by message. What a message has beside its text, such as calls of tools, stands below it. */
export function ChatView({ messages }: { readonly messages: readonly Message[] }) {
  return (
    <ol className="flex flex-col gap-2">
      {messages.map((message, n) => {
        const { role, content, ...more } = message
        return (
          <li key={n} className={role === 'assistant' ? 'rounded-panel border border-line bg-raised p-2' : 'rounded-panel border border-line bg-surface p-2'}>
            <p className="text-meta font-medium text-muted">{role}</p>
            {isObject(content) ? <JsonView value={content} /> : <p className="break-words whitespace-pre-wrap">{gist(content)}</p>}
            {Object.keys(more).length > 0 && <JsonView value={more} />}
          </li>
        )
      })}
    </ol>
  )
}
