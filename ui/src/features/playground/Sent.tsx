/** The texts as the models get them, values filled in. */
export function Sent({ system, text }: { system: string; text: string }) {
  return (
    <details className="rounded-panel border border-line bg-surface">
      <summary className="cursor-default px-3 py-1.5 text-label text-muted select-none hover:text-fg">What is sent</summary>
      {system !== '' && <Part label="System" text={system} />}
      {text === '' ? <p className="border-t border-line px-3 py-2 text-muted">Nothing yet: a value is missing.</p> : <Part label="Text" text={text} />}
    </details>
  )
}

function Part({ label, text }: { label: string; text: string }) {
  return (
    <div className="border-t border-line px-3 py-2">
      <p className="text-meta text-muted">{label}</p>
      <p className="max-h-60 overflow-y-auto font-mono text-mono break-words whitespace-pre-wrap" tabIndex={0}>{text}</p>
    </div>
  )
}
