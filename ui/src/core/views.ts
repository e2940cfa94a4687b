/** The parts of a guided talk that are looked at, as the address says them. */
export const views = ['talk', 'brief', 'samples', 'prompt'] as const
export type View = (typeof views)[number]

export function isView(value: unknown): value is View {
  return views.some((view) => view === value)
}
