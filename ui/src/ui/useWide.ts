import { useSyncExternalStore } from 'react'

const wide = '(min-width: 1024px)'

/** Whether the window is wide enough for two columns. */
export function useWide(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const query = matchMedia(wide)
      query.addEventListener('change', listener)
      return () => {
        query.removeEventListener('change', listener)
      }
    },
    () => matchMedia(wide).matches,
  )
}
