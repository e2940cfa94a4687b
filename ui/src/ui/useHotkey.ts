import { useEffect, useEffectEvent, type RefObject } from 'react'
import type { CommandId } from '@/core/commands'
import { bind } from '@/core/hotkeys'

export interface HotkeyOptions {
  /** Fires only when the focus is within this element. */
  within?: RefObject<Element | null>
  /** Not bound while false: then the palette does not offer it either. */
  enabled?: boolean
}

/** Does something when the keys of a command are pressed, or when it is chosen in the palette. */
export function useHotkey(id: CommandId, run: (event?: KeyboardEvent) => void, { within, enabled = true }: HotkeyOptions = {}): void {
  const latest = useEffectEvent(run)
  useEffect(() => {
    if (!enabled) return undefined
    return bind({
      id,
      run: (event) => {
        latest(event)
      },
      ...(within && { within: () => within.current }),
    })
  }, [id, enabled, within])
}
