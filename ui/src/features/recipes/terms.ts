/** How much is made, what it may cost and where it goes, as typed. */
export interface Terms {
  target: string
  cap: string
  into: string
}

export interface TermValues {
  target: number | null
  budget_usd: number | null
  into: string | null
}

/** The values of what was typed, and what is wrong with it. Empty is none. */
export function termsOf({ target, cap, into }: Terms): { values: TermValues; faults: Partial<Record<keyof Terms, string>> } {
  const faults: Partial<Record<keyof Terms, string>> = {}
  const rows = target.trim() === '' ? null : Number(target)
  const dollars = cap.trim() === '' ? null : Number(cap)
  if (rows !== null && !(Number.isSafeInteger(rows) && rows >= 1)) faults.target = 'Give a whole number from 1 on.'
  if (dollars !== null && !(dollars >= 0 && Number.isFinite(dollars))) faults.cap = 'Give US dollars, such as 0.25.'
  return { values: { target: rows, budget_usd: dollars, into: into.trim() === '' ? null : into.trim() }, faults }
}
