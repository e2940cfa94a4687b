/** Where a part of a list begins, as its address says it. */
export function fromStart(search: Record<string, unknown>): { start?: number } {
  const start = Number(search.start)
  return isCount(start) ? { start } : {}
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

/** A word of an address, which may look like a number; empty where there is none. */
export function said(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** The words of an address that are there. */
export function words<T extends string>(search: Record<string, unknown>, names: readonly T[]): Partial<Record<T, string>> {
  return Object.fromEntries(names.map((one) => [one, said(search[one])] as const).filter(([, text]) => text !== '')) as Partial<Record<T, string>>
}
