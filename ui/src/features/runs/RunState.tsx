import { Badge, type BadgeProps } from '@/ui/Badge'

const tones: Readonly<Record<string, BadgeProps['tone']>> = {
  running: 'accent',
  queued: 'accent',
  finished: 'ok',
  shortfall: 'warn',
  paused: 'warn',
  stopped: 'warn',
  failed: 'bad',
}

/** Where a run stands. */
export function RunState({ state }: { state: string }) {
  return <Badge tone={tones[state] ?? 'neutral'}>{state}</Badge>
}
