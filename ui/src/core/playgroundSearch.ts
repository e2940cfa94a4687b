/** A link, a reload and the way back show the same prompt, row, models and parameters. A text that is typed is kept by the browser. */
export interface PlaygroundSearch {
  /** A stored prompt: name, name@tag or name@version. */
  readonly prompt?: string
  /** Where the row is: a dataset, dataset@version or run:r12. */
  readonly dataset?: string
  readonly row?: string
  /** The two models; `b` is empty while it is being chosen. */
  readonly a?: string
  readonly b?: string
  readonly temperature?: number
  readonly max_tokens?: number
}

const said = (value: unknown): string | undefined => (typeof value === 'string' || typeof value === 'number' ? String(value) : undefined)

/** Takes what is sound of an address and leaves the rest out. */
export function readPlayground(raw: Readonly<Record<string, unknown>>): PlaygroundSearch {
  const { temperature, max_tokens } = raw
  const found: { [K in keyof PlaygroundSearch]: PlaygroundSearch[K] | undefined } = {
    prompt: said(raw.prompt) || undefined,
    dataset: said(raw.row) ? said(raw.dataset) || undefined : undefined,
    row: said(raw.dataset) ? said(raw.row) || undefined : undefined,
    a: said(raw.a) || undefined,
    b: said(raw.b),
    temperature: typeof temperature === 'number' && temperature >= 0 && temperature <= 2 ? temperature : undefined,
    max_tokens: typeof max_tokens === 'number' && Number.isSafeInteger(max_tokens) && max_tokens > 0 ? max_tokens : undefined,
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}
