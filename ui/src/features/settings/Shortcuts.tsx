import { command, commandIds, groups, type CommandId } from '@/core/commands'
import { chosenKeys, letters } from '@/core/hotkeys'
import { Button } from '@/ui/Button'
import { Switch } from '@/ui/Switch'
import { toast } from '@/ui/toasts'
import { useStored } from '@/ui/useStored'
import { Section } from './Section'
import { ShortcutRow } from './ShortcutRow'

/** All shortcuts, each with keys that can be chosen. */
export function Shortcuts() {
  const [single, setSingle] = useStored(letters)
  const [chosen, setChosen] = useStored(chosenKeys)
  const choose = (id: CommandId, keys: string[] | undefined) => {
    const { [id]: _, ...rest } = chosen
    setChosen(keys ? { ...rest, [id]: keys } : rest)
  }
  return (
    <div className="flex flex-col gap-6">
      <Section
        title="Single characters"
        about="Shortcuts such as ? or g then d. Turn them off if you speak to your computer, or press them by mistake."
      >
        <label className="flex w-fit items-center gap-2">
          <Switch
            checked={single.on}
            onChange={(on) => {
              setSingle({ on })
            }}
          />
          {single.on ? 'On' : 'Off'}
        </label>
      </Section>
      {groups
        .map((group) => ({ group, ids: commandIds.filter((id) => command(id).group === group) }))
        .filter(({ ids }) => ids.length > 0)
        .map(({ group, ids }, index) => (
          <Section
            key={group}
            title={group}
            about={index === 0 ? 'Choose a shortcut, then press other keys.' : 'They work on every page.'}
            actions={
              index === 0 && Object.keys(chosen).length > 0 ? (
                <Button
                  onClick={() => {
                    setChosen({})
                    toast('All shortcuts are as they were at first.', {
                      action: {
                        label: 'Undo',
                        run: () => {
                          setChosen(chosen)
                        },
                      },
                    })
                  }}
                >
                  Reset all
                </Button>
              ) : undefined
            }
          >
            <ul className="flex flex-col rounded-panel border border-line bg-surface">
              {ids.map((id) => (
                <ShortcutRow key={id} id={id} chosen={chosen[id]} off={!single.on} onChoose={choose} />
              ))}
            </ul>
          </Section>
        ))}
    </div>
  )
}
