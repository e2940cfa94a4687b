import { Fragment } from 'react'
import { mac } from '@/core/machine'
import { caps } from '@/core/strokes'

/** The keys of a shortcut as key caps. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className="inline-flex shrink-0 items-center gap-1">
      {caps(keys, mac).map((stroke, index) => (
        <Fragment key={index}>
          {index > 0 && <span className="text-meta text-muted">then</span>}
          {stroke.map((cap) => (
            <kbd
              key={cap}
              className="inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-control border border-line bg-surface px-1 font-sans text-meta text-muted"
            >
              {cap}
            </kbd>
          ))}
        </Fragment>
      ))}
    </span>
  )
}
