import { PanelRightClose } from 'lucide-react'
import { createContext, use, type ReactNode } from 'react'
import { createPortal } from 'react-dom'
import { keysOf } from '@/core/hotkeys'
import { setShell, shell } from '@/core/shell'
import { IconButton } from './IconButton'
import { useStored } from './useStored'

/** Where the shell has its place for the inspector. */
export const InspectorPlace = createContext<HTMLElement | null>(null)

export interface InspectorProps {
  title: string
  actions?: ReactNode
  children: ReactNode
}

/** What a page says of the thing that is chosen. It shows in the one panel at the right, which docks beside the page and never covers it. */
export function Inspector({ title, actions, children }: InspectorProps) {
  const place = use(InspectorPlace)
  const [{ inspector }] = useStored(shell)
  if (!place || !inspector) return null
  return createPortal(
    <aside aria-label={title} className="flex h-full min-w-0 flex-col bg-surface">
      <header className="flex h-10 shrink-0 items-center gap-1 border-b border-line pr-1.5 pl-3">
        <h2 className="min-w-0 flex-1 truncate text-title font-semibold">{title}</h2>
        {actions}
        <IconButton
          label="Hide the inspector"
          keys={keysOf('inspector.toggle')[0]}
          onClick={() => {
            setShell({ inspector: false })
          }}
        >
          <PanelRightClose />
        </IconButton>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto p-3">{children}</div>
    </aside>,
    place,
  )
}
