/** One line about what has just happened, with at most one thing to do about it. */
export interface Note {
  readonly text: string
  readonly bad?: boolean
  readonly act?: { readonly label: string; readonly run: () => void }
}

interface Props {
  readonly note: Note | null
  onDismiss(): void
}

export function NoteLine({ note, onDismiss }: Props) {
  return (
    <div role="status" className="grid-note" data-bad={note?.bad ?? undefined} hidden={!note}>
      {note && (
        <>
          <span>{note.text}</span>
          {note.act && <button type="button" onClick={note.act.run}>{note.act.label}</button>}
          <button type="button" onClick={onDismiss}>Dismiss</button>
        </>
      )}
    </div>
  )
}
