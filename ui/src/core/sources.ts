/** Kinds of sources that are not files of this machine. */
export const kinds = ['files', 'web', 'repository', 'database'] as const
export type Kind = (typeof kinds)[number]

export function isKind(value: unknown): value is Kind {
  return kinds.some((kind) => kind === value)
}

/** How a source is looked at. */
export const sourceTabs = ['text', 'cleaned', 'chunks'] as const
export type SourceTab = (typeof sourceTabs)[number]

export function isSourceTab(value: unknown): value is SourceTab {
  return sourceTabs.some((tab) => tab === value)
}

/** Where a source is and how it is read, as the address of the page says it. */
export interface Place {
  kind?: Kind
  source?: string
  /** What people call it. */
  name?: string
  table?: string
  query?: string
  depth?: string
  pages?: string
}

export interface SourceBody {
  source: string
  table: string | null
  query: string | null
  text: string | null
  context: string[]
  settings: Record<string, unknown>
}

const given = (text: string | undefined) => (text === undefined || text.trim() === '' ? null : text.trim())

/** A source as the server takes it; nothing while it is not said where it is. */
export function bodyOf({ kind = 'files', source, table, query, depth, pages }: Place): SourceBody | undefined {
  const where = given(source)
  if (where === null) return undefined
  const web = kind === 'web'
  const data = kind === 'database'
  return {
    source: where,
    table: data ? given(table) : null,
    query: data ? given(query) : null,
    text: null,
    context: [],
    settings: {
      ...(web && Number(depth) > 0 && { depth: Number(depth) }),
      ...(web && Number(pages) > 0 && { max_pages: Number(pages) }),
    },
  }
}

/** A column of a bar chart: where it begins and ends, how many it stands for, and how high it is, from 0 to 1. */
export interface Bar {
  from: number
  to: number
  count: number
  share: number
}

export function barsOf(histogram: readonly { from: number; to: number; count: number }[]): Bar[] {
  const most = Math.max(1, ...histogram.map(({ count }) => count))
  return histogram.map((one) => ({ ...one, share: one.count / most }))
}
