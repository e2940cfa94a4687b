/** A short word on something that has just happened. */
export interface Toast {
  readonly id: number
  readonly text: string
  readonly tone: 'plain' | 'bad'
  /** What to do about it, such as Undo. */
  readonly action?: { readonly label: string; readonly run: () => void }
}

let toasts: readonly Toast[] = []
let last = 0
const listeners = new Set<() => void>()

function set(next: readonly Toast[]) {
  toasts = next
  listeners.forEach((listener) => {
    listener()
  })
}

/** Shows a toast; at most three at a time, the latest last. */
export function toast(text: string, more: { tone?: Toast['tone']; action?: Toast['action'] } = {}): void {
  const { tone = 'plain', action } = more
  last += 1
  set([...toasts, { id: last, text, tone, ...(action && { action }) }].slice(-3))
}

export function dismiss(id: number): void {
  set(toasts.filter((one) => one.id !== id))
}

export function shownToasts(): readonly Toast[] {
  return toasts
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
