/** Tab-separated text as spreadsheets put it on the clipboard: fields with tabs, line breaks or quotes stand in quotes, which are doubled inside. */

export function toTsv(rows: readonly (readonly string[])[]): string {
  return rows.map((fields) => fields.map(quoted).join('\t')).join('\n')
}

const quoted = (field: string): string => (/[\t\r\n"]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)

export function fromTsv(text: string): string[][] {
  const rows: string[][] = []
  let fields: string[] = []
  let at = 0
  while (at < text.length) {
    const [field, end] = text[at] === '"' ? quotedField(text, at) : plainField(text, at)
    fields.push(field)
    if (text[end] === '\t') {
      at = end + 1
      if (at === text.length) fields.push('')
      continue
    }
    rows.push(fields)
    fields = []
    at = end + (text.startsWith('\r\n', end) ? 2 : 1)
  }
  if (fields.length) rows.push(fields)
  return rows
}

function plainField(text: string, from: number): [string, number] {
  let end = from
  while (end < text.length && !'\t\r\n'.includes(text[end] as string)) end += 1
  return [text.slice(from, end), end]
}

/** A quote that is never closed, or is followed by more text, is a quote of the text itself. */
function quotedField(text: string, from: number): [string, number] {
  let end = from + 1
  while ((end = text.indexOf('"', end)) >= 0 && text[end + 1] === '"') end += 2
  const closed = end >= 0 && (end + 1 === text.length || '\t\r\n'.includes(text[end + 1] as string))
  return closed ? [text.slice(from + 1, end).replaceAll('""', '"'), end + 1] : plainField(text, from)
}
