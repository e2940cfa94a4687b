import { clsx } from 'clsx'
import { Tabs as Radix } from 'radix-ui'
import type { ReactNode } from 'react'

export interface TabsProps<T extends string> {
  label: string
  value: T
  tabs: readonly { value: T; label: string; count?: number }[]
  onChange: (value: T) => void
  /** What is shown fills the height, and scrolls by itself. */
  fills?: boolean
  children: ReactNode
}

/** Views of one thing beside each other. Where each has an address of its own, use NavTabs. */
export function Tabs<T extends string>({ label, value, tabs, onChange, fills = false, children }: TabsProps<T>) {
  return (
    <Radix.Root
      value={value}
      onValueChange={(chosen) => {
        const found = tabs.find((tab) => tab.value === chosen)
        if (found) onChange(found.value)
      }}
      className={clsx('flex min-h-0 flex-col', fills && 'flex-1')}
    >
      <Radix.List aria-label={label} className={clsx('flex shrink-0 gap-4 overflow-x-auto border-b border-line', fills && 'px-4 sm:px-6')}>
        {tabs.map((tab) => (
          <Radix.Trigger key={tab.value} value={tab.value} className={tabClass}>
            {tab.label}
            {tab.count !== undefined && <span className="text-meta text-muted tabular-nums">{tab.count}</span>}
          </Radix.Trigger>
        ))}
      </Radix.List>
      <Radix.Content value={value} className={clsx('min-h-0', fills ? 'flex flex-1 flex-col' : 'pt-3')}>
        {children}
      </Radix.Content>
    </Radix.Root>
  )
}

export const tabClass =
  'flex h-9 shrink-0 items-center gap-1.5 border-b-2 border-transparent text-body text-muted transition-colors hover:text-fg focus-visible:-outline-offset-2 ' +
  'data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-fg data-[status=active]:border-accent ' +
  'data-[status=active]:font-medium data-[status=active]:text-fg'
