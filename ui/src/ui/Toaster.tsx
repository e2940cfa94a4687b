import { X } from 'lucide-react'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { Button } from './Button'
import { dismiss, shownToasts, subscribe, type Toast } from './toasts'

/** The corner where toasts show. Errors and toasts with an act stay until they are closed; others go after six seconds. */
export function Toaster() {
  const toasts = useSyncExternalStore(subscribe, shownToasts)
  return (
    <section aria-label="Notices" className="pointer-events-none fixed right-3 bottom-16 z-50 flex w-80 max-w-[calc(100vw-24px)] flex-col gap-2 sm:bottom-3">
      <div aria-live="polite" aria-atomic="false" className="contents">
        {toasts.map((one) => (
          <Shown key={one.id} toast={one} />
        ))}
      </div>
    </section>
  )
}

function Shown({ toast }: { toast: Toast }) {
  const [held, setHeld] = useState(false)
  const stays = held || toast.tone === 'bad' || toast.action !== undefined
  useEffect(() => {
    if (stays) return undefined
    const timer = setTimeout(() => {
      dismiss(toast.id)
    }, 6000)
    return () => {
      clearTimeout(timer)
    }
  }, [stays, toast.id])
  const hold = (is: boolean) => () => {
    setHeld(is)
  }
  return (
    <div
      role={toast.tone === 'bad' ? 'alert' : undefined}
      onPointerEnter={hold(true)}
      onPointerLeave={hold(false)}
      onFocus={hold(true)}
      onBlur={hold(false)}
      className="pointer-events-auto flex animate-appear items-start gap-2 rounded-panel border border-line bg-surface py-1.5 pr-1.5 pl-3 shadow-popover"
    >
      <p className="min-w-0 flex-1 py-1 break-words">
        {toast.tone === 'bad' && <span className="font-medium text-bad">Error. </span>}
        {toast.text}
      </p>
      {toast.action && (
        <Button
          onClick={() => {
            toast.action?.run()
            dismiss(toast.id)
          }}
        >
          {toast.action.label}
        </Button>
      )}
      <button
        type="button"
        aria-label="Close notice"
        onClick={() => {
          dismiss(toast.id)
        }}
        className="inline-flex size-7 shrink-0 items-center justify-center rounded-control text-muted hover:bg-raised hover:text-fg"
      >
        <X className="size-3.5" />
      </button>
    </div>
  )
}
