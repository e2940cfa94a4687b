import { Check, Pencil, SkipForward, X } from 'lucide-react'
import type { CommandId } from '@/core/commands'
import { keysOf } from '@/core/hotkeys'
import { Button } from '@/ui/Button'
import { Keys } from '@/ui/Keys'

interface Props {
  readonly sound: boolean
  readonly fixing: boolean
  readonly canSkip: boolean
  /** There is a label, a score or a note that can be given without a verdict. */
  readonly canSay: boolean
  onSay(verdict: '' | 'accept' | 'reject'): void
  onFix(): void
  onSkip(): void
}

/** The verdicts, each with its key; on a small screen they stay in reach at the foot. */
export function Verdicts({ sound, fixing, canSkip, canSay, onSay, onFix, onSkip }: Props) {
  return (
    <div
      role="toolbar"
      aria-label="Verdict"
      className="sticky bottom-0 z-10 order-last -mx-4 -mb-4 flex flex-col gap-2 border-t border-line bg-bg px-4 py-2 sm:-mx-6 sm:px-6 md:static md:order-none md:m-0 md:border-0 md:bg-transparent md:p-0"
    >
      <div className="grid grid-cols-2 gap-2">
        <Button look="primary" size="large" icon={<Check />} disabled={!sound} onClick={() => { onSay('accept') }}>
          {fixing ? 'Accept as fixed' : 'Accept'} {!fixing && <Cap of="review.accept" />}
        </Button>
        <Button look="danger" size="large" icon={<X />} disabled={!sound} onClick={() => { onSay('reject') }}>
          Reject <Cap of="review.reject" />
        </Button>
        <Button size="large" icon={<Pencil />} disabled={fixing} onClick={onFix}>
          Fix <Cap of="review.fix" />
        </Button>
        <Button size="large" icon={<SkipForward />} disabled={!canSkip} onClick={onSkip}>
          Skip <Cap of="review.skip" />
        </Button>
      </div>
      {canSay && !fixing && <Button look="quiet" disabled={!sound} onClick={() => { onSay('') }}>Save without a verdict</Button>}
    </div>
  )
}

function Cap({ of }: { readonly of: CommandId }) {
  const [keys] = keysOf(of)
  return keys === undefined ? null : <span aria-hidden className="hidden md:inline-flex"><Keys keys={keys} /></span>
}
