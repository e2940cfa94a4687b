import type { ReactNode } from 'react'

/** A link to the rows behind a mark. */
export type MarkLink = (mark: string, shown: ReactNode, more?: { className?: string; label?: string }) => ReactNode
