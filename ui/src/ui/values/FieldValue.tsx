import type { ReactNode } from 'react'
import type { CellKind, CellValue } from '@/core/grid/source'
import { formatNumber, isChat, isPair, isTags } from '@/core/grid/values'
import { marked, type Mark } from '@/core/rows/marks'
import { Badge } from '@/ui/Badge'
import { ChatView } from './ChatView'
import { JsonView } from './JsonView'

interface Props {
  readonly kind: CellKind
  readonly value: CellValue | undefined
  /** What checks found in the text, with its place in it. */
  readonly marks: readonly Mark[]
}

/** The whole value of a field, as what it is. */
export function FieldValue({ kind, value, marks }: Props): ReactNode {
  if (value === null || value === undefined) return <p className="text-muted">nothing</p>
  if (isChat(value) && value.length > 0) return <ChatView messages={value} />
  if (isPair(value)) {
    return (
      <div className="@container">
        <div className="grid grid-cols-1 items-start gap-3 @min-[560px]:grid-cols-2">
          <Side title="Chosen" value={value.chosen} />
          <Side title="Rejected" value={value.rejected} />
        </div>
      </div>
    )
  }
  if (kind === 'tags' && isTags(value)) return <p className="flex flex-wrap gap-1">{value.map((tag) => <Badge key={tag}>{tag}</Badge>)}</p>
  if (typeof value === 'number') return <p className="tabular-nums">{formatNumber(value)}</p>
  if (typeof value === 'boolean') return <p>{String(value)}</p>
  if (typeof value === 'string') return <Text text={value} marks={marks} />
  return <JsonView value={value} />
}

function Side({ title, value }: { readonly title: string; readonly value: CellValue }) {
  return (
    <div className={title === 'Chosen' ? 'border-l-2 border-ok pl-2' : 'border-l-2 border-bad pl-2'}>
      <p className={title === 'Chosen' ? 'text-meta font-medium text-ok' : 'text-meta font-medium text-bad'}>{title}</p>
      <FieldValue kind="text" value={value} marks={[]} />
    </div>
  )
}

function Text({ text, marks }: { readonly text: string; readonly marks: readonly Mark[] }) {
  return (
    <p className="break-words whitespace-pre-wrap">
      {marked(text, marks).map(({ text: part, about }, n) =>
        about === undefined ? part : <mark key={n} title={about} className="bg-[color-mix(in_oklab,var(--warn)_24%,transparent)] text-fg">{part}</mark>,
      )}
    </p>
  )
}
