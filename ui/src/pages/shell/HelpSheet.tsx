import { command, commandIds, groups } from '@/core/commands'
import { keysOf, letters } from '@/core/hotkeys'
import { Dialog } from '@/ui/Dialog'
import { Keys } from '@/ui/Keys'
import { useStored } from '@/ui/useStored'

/** Every shortcut there is, by where it works. */
export function HelpSheet({ onOpenChange }: { onOpenChange: (open: boolean) => void }) {
  const [{ on }] = useStored(letters)
  const about = on ? 'Change them, or turn single characters off, in Settings.' : 'Shortcuts of a single character are off. Turn them on in Settings.'
  return (
    <Dialog open onOpenChange={onOpenChange} title="Keyboard shortcuts" about={about} size="large">
      <div className="columns-1 gap-8 sm:columns-2">
        {groups.map((group) => {
          const ids = commandIds.filter((id) => command(id).group === group && keysOf(id).length > 0)
          return (
            ids.length > 0 && (
              <section key={group} aria-label={group} className="mb-4 break-inside-avoid">
                <h3 className="pb-1 text-label font-medium text-muted">{group}</h3>
                <ul>
                  {ids.map((id) => (
                    <li key={id} className="flex min-h-7 items-center justify-between gap-4 border-b border-line py-1">
                      <span className="min-w-0">{command(id).label}</span>
                      <span className="flex shrink-0 gap-2">
                        {keysOf(id).map((keys) => (
                          <Keys key={keys} keys={keys} />
                        ))}
                      </span>
                    </li>
                  ))}
                </ul>
              </section>
            )
          )
        })}
      </div>
    </Dialog>
  )
}
