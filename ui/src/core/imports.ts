/** A format that the records of a file may have; `map` is what is to be renamed for it. */
export interface Candidate {
  format: string
  score: number
  evidence: readonly string[]
  map?: Readonly<Record<string, string>>
}

/** A record that cannot be read. */
export interface Broken {
  file?: string
  line: number
  reason: string
  detail: string
}

/** What a file is, as the server tells it. */
export interface Detected {
  container: string
  encoding: string | null
  delimiter: string | null
  columns: readonly string[]
  rows: number
  broken: readonly Broken[]
  broken_count: number
  candidates: readonly Candidate[]
  preview: readonly { line: number; row: Readonly<Record<string, unknown>>; text: string }[]
  notes: readonly string[]
}

/** New names by those of the file; null leaves a column out. */
export type Renames = Readonly<Record<string, string | null>>

/** How the file is read where people say so. */
export interface Reading {
  header: boolean
  delimiter: string
  sheet: string
}

export const usualReading: Reading = { header: true, delimiter: '', sheet: '' }

/** What people have chosen of a file: its format, and names of columns that differ from what is suggested. */
export interface Choices {
  format: string | undefined
  renames: Renames
  reading: Reading
}

export const noChoices: Choices = { format: undefined, renames: {}, reading: usualReading }

export interface MapBody {
  format: string
  rename: Record<string, string | null>
  header: boolean
  delimiter: string | null
  sheet: string | null
  constants: Record<string, unknown>
  roles: Record<string, string>
}

/** The candidate that is chosen, else the likeliest. */
export function chosenOf(candidates: readonly Candidate[], { format }: Choices): Candidate | undefined {
  return candidates.find((one) => one.format === format) ?? candidates[0]
}

/** What each column is called then: as people say, else as its format has it, else as it is. */
export function namesOf(columns: readonly string[], chosen: Candidate | undefined, renames: Renames): Record<string, string | null> {
  return Object.fromEntries(columns.map((one) => [one, one in renames ? (renames[one] ?? null) : (chosen?.map?.[one] ?? one)]))
}

/** The mapping as the server takes it; without a candidate the file is still to be recognised. */
export function mapOf(chosen: Candidate | undefined, { renames, reading }: Choices): MapBody {
  const rename = Object.entries({ ...chosen?.map, ...renames }).filter(([from, to]) => from !== to)
  return {
    format: chosen?.format ?? '',
    rename: Object.fromEntries(rename),
    header: reading.header,
    delimiter: reading.delimiter === '' ? null : reading.delimiter === '\\t' ? '\t' : reading.delimiter,
    sheet: reading.sheet === '' ? null : reading.sheet,
    constants: {},
    roles: {},
  }
}

/** Two columns that would get one name; nothing where each has its own. */
export function clash(names: Readonly<Record<string, string | null>>): string | undefined {
  const given = Object.values(names).filter((one) => one !== null)
  return given.find((one, index) => given.indexOf(one) !== index)
}

/** Why a text cannot be the name of a dataset; nothing where it can. */
export function nameFault(name: string): string | undefined {
  if (name === '') return undefined
  const bad = name.length > 200 || name.startsWith('run:') || /[@/\r\n]/.test(name)
  return bad ? 'Use up to 200 characters without @ and /, and do not begin with run:.' : undefined
}

/** The name of a dataset that a file suggests: its own without what is behind the dot. */
export function suggestedName(file: string): string {
  const last = file.replace(/[?#].*$/, '').replace(/[\\/]+$/, '').split(/[\\/:]/).at(-1) ?? ''
  const stem = last.replace(/(?<=.)\.(jsonl?|csv|tsv|parquet|arrow|xlsx|ods|txt|md|zip|gz|bz2|xz|zst|ndjson)/gi, '')
  return stem.replace(/[@/\s]+/g, '-').replace(/^[-.]+|[-.]+$/g, '').slice(0, 200)
}

export const partBytes = 8 << 20

/** Where each part of a file of so many bytes begins and ends; an empty file has one. */
export function partsOf(bytes: number): readonly (readonly [start: number, end: number])[] {
  const parts = Math.max(1, Math.ceil(bytes / partBytes))
  return Array.from({ length: parts }, (_, n) => [n * partBytes, Math.min(bytes, (n + 1) * partBytes)] as const)
}

/** Names of columns that steps and formats know. */
export const knownColumns = ['input', 'answer', 'text', 'messages', 'chosen', 'rejected', 'label', 'choices', 'reasoning', 'tools', 'context', 'id'] as const
