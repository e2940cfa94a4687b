import type { ReactNode } from 'react'
import type { CellValue, GridColumn } from '@/core/grid/source'
import { formatNumber, gist, isChat, isPair, isPicture, isTags, toText } from '@/core/grid/values'
import { Marked } from './Marked'

interface Shown {
  readonly column: GridColumn
  readonly value: CellValue | undefined
  readonly cut: boolean
  readonly find: string
  /** Lines of text that fit. */
  readonly lines: number
}

/** What a cell shows of its value; what does not have the form of its column is shown as text. */
export function CellContent(shown: Shown): ReactNode {
  const { column, value, cut, find, lines } = shown
  if (value === null || value === undefined) return null
  if (column.kind === 'tags' && isTags(value)) {
    return value.map((tag) => <span key={tag} className="grid-tag"><Marked text={tag} find={find} /></span>)
  }
  if (column.kind === 'score' && typeof value === 'number') return <Score value={value} scale={column.scale ?? [0, 1]} />
  if (column.kind === 'number' && typeof value === 'number') return formatNumber(value)
  if (column.kind === 'boolean' && typeof value === 'boolean') return <span className={value ? 'grid-true' : 'grid-false'}>{String(value)}</span>
  if (column.kind === 'chat' && isChat(value)) return <Chat value={value} find={find} lines={lines} />
  if (column.kind === 'preference' && isPair(value)) return <Preference chosen={gist(value.chosen)} rejected={gist(value.rejected)} find={find} />
  if (column.kind === 'image' && !cut && isPicture(value)) {
    return <img className="grid-picture" src={value} alt={column.label ?? column.name} decoding="async" />
  }
  return <Marked text={cut ? `${toText(value)}…` : toText(value)} find={find} />
}

function Score({ value, scale: [low, high] }: { readonly value: number; readonly scale: readonly [number, number] }) {
  const part = Math.max(0, Math.min((value - low) / (high - low || 1), 1))
  const level = part < 1 / 3 ? 'bad' : part < 2 / 3 ? 'warn' : 'ok'
  return (
    <>
      <span className="grid-score-number">{formatNumber(Math.round(value * 1000) / 1000)}</span>
      <svg className="grid-score" data-level={level} viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="4" className="grid-score-ground" />
        <rect width={part * 100} height="4" />
      </svg>
    </>
  )
}

type Messages = readonly { readonly role: string; readonly content: CellValue }[]

/** The last messages, one a line; the number of turns where they do not all fit. */
function Chat({ value, find, lines }: { readonly value: Messages; readonly find: string; readonly lines: number }) {
  const shown = value.slice(-lines)
  return (
    <span className="grid-lines">
      {shown.map(({ role, content }, n) => (
        <span key={value.length - shown.length + n} className="grid-line">
          {n === 0 && value.length > lines && <span className="grid-turns">{value.length}</span>}
          <span className="grid-role">{role}</span>
          <Marked text={gist(content)} find={find} />
        </span>
      ))}
    </span>
  )
}

function Preference({ chosen, rejected, find }: { readonly chosen: string; readonly rejected: string; readonly find: string }) {
  return (
    <span className="grid-pair">
      <span className="grid-side"><span className="grid-chosen">Chosen</span><Marked text={chosen} find={find} /></span>
      <span className="grid-side"><span className="grid-rejected">Rejected</span><Marked text={rejected} find={find} /></span>
    </span>
  )
}
