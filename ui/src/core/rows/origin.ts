/** Where a row came from, in words. */

const number = new Intl.NumberFormat('en-US')

type Source = Readonly<Record<string, unknown>>

const isPair = (value: unknown): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === 'number')

const said = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined)

/** The name of a source: its file as it is known, its address, or its name. */
export const sourceName = (source: Source): string =>
  said(source['name']) ?? said(source['file']) ?? said(source['url']) ?? said(source['dataset']) ?? 'an unnamed source'

/** Where in it: "characters 112 to 431, pages 3 to 4, line 7". */
export function sourcePlace(source: Source): string {
  const { span, pages, page, line, member, column, key } = source
  const parts: string[] = []
  if (said(member)) parts.push(`in ${String(member)}`)
  if (isPair(span)) parts.push(`characters ${number.format(span[0])} to ${number.format(span[1])}`)
  if (isPair(pages) && pages[0] !== pages[1]) parts.push(`pages ${number.format(pages[0])} to ${number.format(pages[1])}`)
  else if (isPair(pages)) parts.push(`page ${number.format(pages[0])}`)
  else if (typeof page === 'number') parts.push(`page ${number.format(page)}`)
  if (typeof line === 'number') parts.push(`line ${number.format(line)}`)
  if (said(column)) parts.push(`column ${String(column)}`)
  if (said(key) || typeof key === 'number') parts.push(`key ${String(key)}`)
  return parts.join(', ')
}

/** The sources of a row, of which it may have none, one or several. */
export function sourcesOf(origin: Readonly<Record<string, unknown>> | null | undefined): readonly Source[] {
  const found: unknown = origin?.['source']
  if (Array.isArray(found)) return found as Source[]
  return typeof found === 'object' && found !== null ? [found as Source] : []
}

/** Which characters of a parent's text a row came from: known where both have a place in the same source, which nothing was cut out of. */
export function spanWithin(row: Readonly<Record<string, unknown>>, parent: Readonly<Record<string, unknown>>): [number, number] | undefined {
  const [mine, theirs] = [sourcesOf(row)[0], sourcesOf(parent)[0]]
  if (!mine || !theirs || sourceName(mine) !== sourceName(theirs)) return undefined
  const [span, whole] = [mine['span'], theirs['span']]
  const cleaned = Array.isArray(theirs['edits']) && theirs['edits'].length > 0
  if (!isPair(span) || !isPair(whole) || cleaned) return undefined
  const inside = span[0] >= whole[0] && span[1] <= whole[1] && (span[0] > whole[0] || span[1] < whole[1])
  return inside ? [span[0] - whole[0], span[1] - whole[0]] : undefined
}
