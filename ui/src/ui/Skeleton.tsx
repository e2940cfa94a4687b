import { clsx } from 'clsx'

/** The place of something that is on its way. It shows after 100 ms, so that what is quick does not flicker. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={clsx('animate-late rounded-control bg-raised', className)} />
}

/** The places of the lines of a list; after a second it says in words what is awaited. */
export function SkeletonList({ lines = 6, label }: { lines?: number; label: string }) {
  return (
    <div role="status" aria-label={label} className="flex flex-col gap-2 p-3">
      {Array.from({ length: lines }, (_, index) => (
        <Skeleton key={index} className={clsx('h-5', index % 3 === 2 ? 'w-2/3' : 'w-full')} />
      ))}
      <p className="animate-later text-label text-muted">{label}</p>
    </div>
  )
}
