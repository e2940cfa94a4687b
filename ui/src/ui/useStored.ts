import { useSyncExternalStore } from 'react'
import type { Stored } from '@/core/stored'

/** A choice that the browser keeps, and how to change it. */
export function useStored<T>(choice: Stored<T>): [T, (value: T) => void] {
  return [useSyncExternalStore(choice.subscribe, choice.get), choice.set]
}
