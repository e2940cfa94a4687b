import { clsx } from 'clsx'

export interface ProgressProps {
  label: string
  /** From 0 to 1. */
  share: number
  tone?: 'accent' | 'ok' | 'warn' | 'bad'
}

const tones = { accent: 'bg-accent', ok: 'bg-ok', warn: 'bg-warn', bad: 'bg-bad' }

/** How much of something is done or used, as a bar; put the number beside it. */
export function Progress({ label, share, tone = 'accent' }: ProgressProps) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100)
  return (
    <div role="progressbar" aria-label={label} aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100} className="h-1.5 rounded-full bg-line">
      <div className={clsx('h-full rounded-full transition-[width]', tones[tone])} style={{ width: `${String(percent)}%` }} />
    </div>
  )
}
