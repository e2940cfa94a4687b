/** How often models are asked for a row that is kept. */
export function callsPerRow(calls: number): string {
  if (calls === 0) return 'no model'
  return calls === 1 ? '1 call a row' : `${calls.toLocaleString('en', { maximumFractionDigits: 1 })} calls a row`
}
