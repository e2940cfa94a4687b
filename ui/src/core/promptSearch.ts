/** What a test of a prompt is about, as its address says it. */
export interface TestSearch {
  /** The versions that are tried: a tag or the beginning of an id; the newest where `a` is missing, none beside it where `b` is. */
  readonly a?: string
  readonly b?: string
  readonly dataset?: string
  readonly rows?: number
  readonly seed?: number
  readonly model?: string
}

/** Takes what is sound of an address and leaves the rest out. */
export function readTest(raw: Readonly<Record<string, unknown>>): TestSearch {
  const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : undefined) || undefined
  const whole = (value: unknown, least: number, most: number) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most ? value : undefined
  const found = {
    a: text(raw.a), b: text(raw.b), dataset: text(raw.dataset), model: text(raw.model),
    rows: whole(raw.rows, 1, 100), seed: whole(raw.seed, 0, 2 ** 31),
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}
