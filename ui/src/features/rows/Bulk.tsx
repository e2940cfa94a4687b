import { useEffect, useState } from 'react'
import { NO_ROWS, rowsInWords, selectedCount, selectionInWords } from '@/core/grid/selection'
import type { GridColumn, GridSource, RowSelection } from '@/core/grid/source'
import { toText } from '@/core/grid/values'
import { toast } from '@/ui/toasts'
import { useHotkey } from '@/ui/useHotkey'
import { BulkBar } from './BulkBar'
import type { RowEdits } from './edits'
import { SetDialog, TAGS } from './SetDialog'

interface Props {
  readonly columns: readonly GridColumn[]
  readonly edits: RowEdits
  readonly selection: RowSelection
  readonly total: number | null
  readonly source: GridSource
  /** A row whose tags are asked for; those that are selected go before. */
  readonly tagging: string | null
  onTagged(): void
  onSelection(selection: RowSelection): void
  /** The rows are others now. */
  onChanged(): void
}

/** What is done to many rows at once, and undone wherever the focus is. */
export function Bulk({ columns, edits, selection, total, source, tagging, onTagged, onSelection, onChanged }: Props) {
  const [setting, setSetting] = useState<string | null>(null)
  const [tags, setTags] = useState<{ readonly row: string; readonly text: string } | null>(null)
  const some = selection.all || selection.rows.size > 0
  const editable = columns.filter((column) => column.editable)

  const step = async (which: 'undo' | 'redo') => {
    try {
      const made = await edits[which]()
      toast(made?.says ?? `Nothing to ${which}.`)
      onChanged()
    } catch (error) {
      toast((error as Error).message, { tone: 'bad' })
    }
  }
  const undoable = (says: string) => { toast(says, { action: { label: 'Undo', run: () => void step('undo') } }) }
  useHotkey('edit.undo', () => void step('undo'))
  useHotkey('edit.redo', () => void step('redo'))

  const remove = async () => {
    try {
      const { says } = await edits.remove(selection)
      onSelection(NO_ROWS)
      onChanged()
      undoable(says)
    } catch (error) {
      toast((error as Error).message, { tone: 'bad' })
    }
  }

  useEffect(() => {
    if (tagging === null) return undefined
    const abort = new AbortController()
    source.row(tagging, abort.signal).then(
      ({ cells }) => { setTags({ row: tagging, text: toText(cells[TAGS]) }) },
      (error: unknown) => { if (!abort.signal.aborted) toast((error as Error).message, { tone: 'bad' }) },
    )
    return () => { abort.abort() }
  }, [tagging, source])

  const one = tagging !== null && !some ? tags : null
  const about = one ? { all: false, rows: new Set([one.row]) } : selection
  const column = setting ?? (tagging !== null && (some || one?.row === tagging) ? TAGS : null)
  const close = () => {
    setSetting(null)
    setTags(null)
    onTagged()
  }

  return (
    <>
      {some && (
        <BulkBar
          words={selectionInWords(selection, total)}
          onSet={() => { setSetting(editable[0]?.name ?? TAGS) }}
          onTag={() => { setSetting(TAGS) }}
          onRemove={() => void remove()}
          onClear={() => { onSelection(NO_ROWS) }}
        />
      )}
      {column !== null && (
        <SetDialog
          columns={editable}
          column={column}
          text={one?.text}
          rows={selectedCount(about, total)}
          onSet={async (name, value) => {
            const rows = await edits.set(about, name, value)
            onChanged()
            undoable(`${name} set in ${rowsInWords(rows)}.`)
          }}
          onClose={close}
        />
      )}
    </>
  )
}
