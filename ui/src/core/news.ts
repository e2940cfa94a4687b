/** Something that happened on the server, in order. */
export interface Happened {
  n: number
  project: string
  run: string | null
  kind: string
  data: Record<string, unknown>
  at: number
}

/** Where a run stands that is under way. */
export interface Progress {
  run: string
  project: string
  recipe: string
  state: string
  totals: { requested: number; kept: number; cost: number; unpriced: number }
  target: number | null
  started_at: number | null
}

export type News =
  | { kind: 'event'; value: Happened }
  | { kind: 'progress'; value: Progress }
  /** Too much was missed: what is known has to be asked for again. */
  | { kind: 'reload' }
  /** Whether the server answers. */
  | { kind: 'here'; value: boolean }

/** The runs that are under way, by project and number. */
export type Running = ReadonlyMap<string, Progress>

/** What is under way after some news; the same map when nothing changed. */
export function running(before: Running, news: News): Running {
  if (news.kind === 'reload') return new Map()
  if (news.kind === 'progress') return new Map(before).set(key(news.value), news.value)
  if (news.kind !== 'event' || news.value.kind !== 'run.ended' || !before.has(key(news.value))) return before
  const after = new Map(before)
  after.delete(key(news.value))
  return after
}

function key({ project, run }: { project: string; run: string | null }): string {
  return `${project}/${run ?? ''}`
}

/** The path of the API below which something changed: `dataset.committed` is told of datasets. */
export function changedPath({ kind }: Happened): string {
  const noun = kind.split('.')[0] ?? ''
  return noun === 'project' ? '/api/v1/projects' : `/api/v1/projects/{project}/${noun}s`
}

const pico = 1e-12

/** What runs have cost so far, in US dollars. */
export function spent(runs: Iterable<Progress>): number {
  let sum = 0
  for (const run of runs) sum += run.totals.cost * pico
  return sum
}

/** How much of a run is done, from 0 to 1; unknown before anything was asked for. */
export function share({ target, totals }: Progress): number | undefined {
  const whole = target ?? totals.requested
  return whole > 0 ? Math.min(1, totals.kept / whole) : undefined
}
