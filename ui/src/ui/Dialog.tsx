import { clsx } from 'clsx'
import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'

export interface DialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  /** A sentence below the title. */
  about?: ReactNode
  size?: 'small' | 'medium' | 'large'
  /** The buttons at the foot, the main one last. */
  actions?: ReactNode
  children?: ReactNode
}

const sizes = { small: 'max-w-100', medium: 'max-w-140', large: 'max-w-220' }

/** A window over the page. It keeps the focus, ends with Esc, and gives the focus back. */
export function Dialog({ open, onOpenChange, title, about, size = 'small', actions, children }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-appear bg-scrim" />
        <Radix.Content
          {...(about === undefined && { 'aria-describedby': undefined })}
          onOpenAutoFocus={(event) => {
            event.preventDefault()
            const content = event.currentTarget as HTMLElement
            const first = content.querySelector<HTMLElement>('[data-body] :is(input, textarea, select):not(:disabled)')
            ;(first ?? content).focus()
          }}
          className={clsx(
            'fixed top-1/2 left-1/2 z-40 flex max-h-[calc(100dvh-32px)] w-[calc(100vw-32px)] -translate-x-1/2 -translate-y-1/2 flex-col',
            'animate-appear rounded-panel border border-line bg-surface shadow-popover outline-none',
            sizes[size],
          )}
        >
          <header className="flex items-start justify-between gap-4 px-4 pt-3">
            <div className="min-w-0 pt-0.5">
              <Radix.Title className="text-title font-semibold break-words">{title}</Radix.Title>
              {about !== undefined && <Radix.Description className="mt-0.5 text-muted">{about}</Radix.Description>}
            </div>
            <Radix.Close
              aria-label="Close"
              className="-mr-1.5 inline-flex size-7 shrink-0 items-center justify-center rounded-control text-muted hover:bg-raised hover:text-fg"
            >
              <X className="size-4" />
            </Radix.Close>
          </header>
          <div data-body tabIndex={0} className="min-h-0 overflow-y-auto px-4 py-3">{children}</div>
          {actions !== undefined && <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-4 py-3">{actions}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
