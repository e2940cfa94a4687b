/** What of a source could not be read, and what else is to be known of it. */
export function Skipped({ skipped, warnings }: { skipped: readonly Readonly<Record<string, string>>[]; warnings: readonly string[] }) {
  if (skipped.length === 0 && warnings.length === 0) return null
  return (
    <ul aria-label="Skipped" className="flex flex-col gap-1">
      {skipped.map((one, index) => (
        <li key={index} className="break-words">
          <span className="font-medium text-warn">{one.source}</span> is skipped, {one.reason?.replaceAll('_', ' ')}:{' '}
          <span className="text-muted">{one.detail}</span>
        </li>
      ))}
      {warnings.map((one) => (
        <li key={one} className="break-words text-muted">
          {one}
        </li>
      ))}
    </ul>
  )
}
