import type { ReactNode } from 'react'
import { PageHeader, type PageHeaderProps } from './PageHeader'

/** A page that is read: its head, and below it what it holds. Views that fill the window, such as the grid, stand alone. */
export function Page({ children, ...head }: PageHeaderProps & { children: ReactNode }) {
  return (
    <div className="flex flex-col gap-4 px-4 py-4 sm:px-6">
      <PageHeader {...head} />
      {children}
    </div>
  )
}
