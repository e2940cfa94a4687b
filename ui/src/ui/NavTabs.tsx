import type { ReactNode } from 'react'

/** Tabs that are links: each view has an address. Give the links `className={tabClass}` (Tabs.tsx). */
export function NavTabs({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav aria-label={label} className="flex shrink-0 gap-4 overflow-x-auto border-b border-line">
      {children}
    </nav>
  )
}
