/** One thing wrong with what was sent. */
export interface ProblemAt {
  what: string
  fix: string
  file: string
  line: number
}

/** An error as the server tells it: what is wrong, and what to do about it. */
export class Problem extends Error {
  override name = 'Problem'
  readonly status: number
  readonly error: string
  readonly what: string
  readonly fix: string
  readonly problems: readonly ProblemAt[]
  readonly body: Readonly<Record<string, unknown>>

  /** `body` is what the server sent; an error can say more than the common fields there, such as the current value of a cell. */
  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    const what = typeof body.what === 'string' ? body.what : 'Something went wrong.'
    super(what)
    this.status = status
    this.error = typeof body.error === 'string' ? body.error : 'Error'
    this.what = what
    this.fix = typeof body.fix === 'string' ? body.fix : ''
    this.problems = Array.isArray(body.problems) ? (body.problems as ProblemAt[]) : []
    this.body = body
  }
}

/** Any error as a problem: one of this page itself says what it says. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const said = error instanceof Error ? error.message : String(error)
  return new Problem(0, { error: 'Page', what: `This page has a fault: ${said}`, fix: 'Reload the page. If it comes back, please report it.' })
}
