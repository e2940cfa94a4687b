import { useRef } from 'react'
import { setShell, shell } from '@/core/shell'
import { useStored } from '@/ui/useStored'

const least = 260
const most = 720

/** The place of the inspector, beside the page or below it, with an edge to draw. It is there only while a page has something to say in it. */
export function InspectorDock({ onPlace }: { onPlace: (place: HTMLElement | null) => void }) {
  const [{ inspectorWidth }] = useStored(shell)
  const from = useRef<number>(undefined)
  const resize = (width: number) => {
    setShell({ inspectorWidth: Math.min(most, Math.max(least, Math.round(width))) })
  }
  return (
    <div
      className="hidden min-h-0 shrink-0 border-line max-md:h-1/2 max-md:border-t has-[aside]:flex md:max-w-[60%] md:w-(--width)"
      style={{ '--width': `${String(inspectorWidth)}px` } as React.CSSProperties}
    >
      <div
        role="separator"
        aria-orientation="vertical"
        aria-label="Width of the inspector"
        aria-valuenow={inspectorWidth}
        aria-valuemin={least}
        aria-valuemax={most}
        tabIndex={0}
        className="hidden w-1 shrink-0 cursor-col-resize touch-none border-l border-line transition-colors hover:bg-accent focus-visible:bg-accent md:block"
        onPointerDown={(event) => {
          from.current = event.clientX + inspectorWidth
          event.currentTarget.setPointerCapture(event.pointerId)
        }}
        onPointerMove={(event) => {
          if (from.current !== undefined) resize(from.current - event.clientX)
        }}
        onPointerUp={() => {
          from.current = undefined
        }}
        onKeyDown={(event) => {
          const by = { ArrowLeft: 16, ArrowRight: -16 }[event.key]
          if (by === undefined) return
          event.preventDefault()
          resize(inspectorWidth + by)
        }}
      />
      <div ref={onPlace} className="min-w-0 flex-1" />
    </div>
  )
}
