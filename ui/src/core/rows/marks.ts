/** What checks found in the texts of a row, and where. */

export interface Mark {
  /** The column, or the place of the text within it: `messages.0.content`. */
  readonly column: string
  /** The first character, and the one behind the last; counted as Python does, by code point. */
  readonly span: readonly [number, number]
  readonly about: string
}

export interface Part {
  readonly text: string
  readonly about?: string
}

const isSpan = (found: unknown): found is [number, number] =>
  Array.isArray(found) && found.length === 2 && found.every((end) => Number.isInteger(end) && (end as number) >= 0)

/** The flags of a row that have a place in the text of a column; of others only lists tell. */
export function marksOf(origin: Readonly<Record<string, unknown>> | null | undefined): Mark[] {
  const flags: unknown = origin?.['flags']
  if (!Array.isArray(flags)) return []
  return (flags as Record<string, unknown>[]).flatMap(({ check, reason, path, span }) =>
    typeof path === 'string' && path && isSpan(span) ? [{ column: path, span, about: `${String(check)}: ${String(reason)}` }] : [])
}

/** A text in parts, those that are marked with what was found there. Where marks overlap, the one that begins first goes before. */
export function marked(text: string, marks: readonly Mark[]): Part[] {
  const characters = [...text]
  const parts: Part[] = []
  let at = 0
  const add = (end: number, about?: string) => {
    if (end > at) parts.push({ text: characters.slice(at, end).join(''), ...(about !== undefined && { about }) })
    at = Math.max(at, end)
  }
  for (const { span: [start, end], about } of marks.toSorted((one, other) => one.span[0] - other.span[0])) {
    add(Math.min(start, characters.length))
    add(Math.min(end, characters.length), about)
  }
  add(characters.length)
  return parts
}
