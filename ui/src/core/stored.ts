/** A choice that the browser keeps. Where storage is closed to us it lives as long as the page. */
export interface Stored<T> {
  get(): T
  set(value: T): void
  subscribe(listener: () => void): () => void
}

/** The choice kept under `key`; `sound` says whether what was found there can be used. */
export function stored<T>(key: string, initial: T, sound: (found: unknown) => found is T): Stored<T> {
  const listeners = new Set<() => void>()
  let value = read(key, initial, sound)
  const tell = () => {
    listeners.forEach((listener) => {
      listener()
    })
  }
  addEventListener('storage', (event) => {
    if (event.key !== key && event.key !== null) return
    value = read(key, initial, sound)
    tell()
  })
  return {
    get: () => value,
    set(next) {
      value = next
      try {
        localStorage.setItem(key, JSON.stringify(next))
      } catch {
        // Kept for this page only.
      }
      tell()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function read<T>(key: string, initial: T, sound: (found: unknown) => found is T): T {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? 'null')
    return sound(found) ? found : initial
  } catch {
    return initial
  }
}

/** Whether something found is an object with these keys, each of the type given. */
export function shaped<T>(types: { readonly [K in keyof T]: string }): (found: unknown) => found is T {
  return (found): found is T =>
    typeof found === 'object' &&
    found !== null &&
    Object.entries(types).every(([key, type]) => typeof (found as Record<string, unknown>)[key] === type)
}
