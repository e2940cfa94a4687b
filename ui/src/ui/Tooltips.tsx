import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Keys } from './Keys'
import { placeOf, type Side } from './tip'

const wait = 400 // ms of pointing before a tip shows; a focus shows it at once

/**
 * Draws the tip of whatever is pointed at or focused (tip.ts). One for the whole page, so that an element with a tip costs three attributes. It goes
 * with Esc, and stays while it is pointed at itself. It repeats the name that the element has, and is therefore not read out.
 */
export function Tooltips() {
  const [shown, setShown] = useState<HTMLElement>()
  const box = useRef<HTMLDivElement>(null)

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const later = (element: HTMLElement | undefined, after: number) => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        setShown(element)
      }, after)
    }
    const tipped = (target: EventTarget | null) => (target instanceof Element ? (target.closest<HTMLElement>('[data-tip]') ?? undefined) : undefined)
    const point = ({ target, pointerType }: PointerEvent) => {
      if (pointerType === 'touch' || box.current?.contains(target as Node)) clearTimeout(timer)
      else later(tipped(target), tipped(target) ? wait : 100)
    }
    const focus = ({ target }: FocusEvent) => {
      const element = tipped(target)
      later(element?.matches(':focus-visible') ? element : undefined, 0)
    }
    const hide = (event: Event) => {
      if (event instanceof KeyboardEvent && event.key !== 'Escape') return
      later(undefined, 0)
    }
    document.addEventListener('pointerover', point)
    document.addEventListener('focusin', focus)
    for (const type of ['pointerdown', 'keydown', 'focusout', 'scroll']) document.addEventListener(type, hide, true)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('pointerover', point)
      document.removeEventListener('focusin', focus)
      for (const type of ['pointerdown', 'keydown', 'focusout', 'scroll']) document.removeEventListener(type, hide, true)
    }
  }, [])

  useLayoutEffect(() => {
    if (!shown || !box.current) return
    const side = (shown.dataset.tipSide ?? 'bottom') as Side
    const { width, height } = box.current.getBoundingClientRect()
    const place = placeOf(side, shown.getBoundingClientRect(), { width, height }, { width: innerWidth, height: innerHeight })
    box.current.style.translate = `${String(place.left)}px ${String(place.top)}px`
  }, [shown])

  if (!shown?.isConnected) return null
  return (
    <div
      ref={box}
      aria-hidden
      data-tooltip
      className="fixed top-0 left-0 z-50 flex max-w-72 items-center gap-2 rounded-control border border-line bg-raised px-2 py-1 text-label text-fg shadow-popover"
    >
      {shown.dataset.tip}
      {shown.dataset.tipKeys !== undefined && <Keys keys={shown.dataset.tipKeys} />}
    </div>
  )
}
