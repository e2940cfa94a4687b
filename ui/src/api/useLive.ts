import { useSyncExternalStore } from 'react'
import { currentLive, subscribe, type Live } from './live'

/** What runs at present, and whether the server answers. */
export function useLive(): Live {
  return useSyncExternalStore(subscribe, currentLive)
}
