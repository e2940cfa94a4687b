/** A condition as chips: the parts that are joined by AND at its top. The language is that of `core/expressions.py`. */

interface Token {
  readonly word: string
  readonly start: number
  readonly end: number
}

/** The words at the top of a condition: neither within quotes nor within brackets, BETWEEN .. AND or CASE .. END. */
function topWords(text: string): Token[] {
  const found: Token[] = []
  const token = /'(?:[^']|'')*'?|"(?:[^"]|"")*"?|[\w.]+|[()[\]]/g
  let depth = 0
  let between = 0
  for (const match of text.matchAll(token)) {
    const [said] = match
    const word = said.toLowerCase()
    if (said === '(' || said === '[' || word === 'case') depth += 1
    else if (said === ')' || said === ']' || word === 'end') depth = Math.max(0, depth - 1)
    else if (depth === 0 && word === 'between') between += 1
    else if (depth === 0 && word === 'and' && between > 0) between -= 1
    else if (depth === 0 && (word === 'and' || word === 'or')) found.push({ word, start: match.index, end: match.index + said.length })
  }
  return found
}

const hasOr = (text: string): boolean => topWords(text).some(({ word }) => word === 'or')

/** The parts of a condition. One with an OR at its top is a single part. */
export function splitConditions(where: string | undefined): string[] {
  if (!where?.trim()) return []
  const words = topWords(where)
  if (words.some(({ word }) => word === 'or')) return [where.trim()]
  const starts = [0, ...words.map(({ end }) => end)]
  const parts = starts.map((start, n) => where.slice(start, words[n]?.start ?? where.length).trim())
  return parts.every(Boolean) ? parts : [where.trim()]
}

export function joinConditions(parts: readonly string[]): string | undefined {
  const said = parts.map((part) => part.trim()).filter(Boolean)
  if (said.length < 2) return said[0]
  return said.map((part) => (hasOr(part) ? `(${part})` : part)).join(' AND ')
}

/** A name as the language takes it: odd ones stand in double quotes, each step of a path by itself. */
export function spelled(name: string): string {
  if (/^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)*$/u.test(name)) return name
  return `"${name.replaceAll('"', '""')}"`
}
