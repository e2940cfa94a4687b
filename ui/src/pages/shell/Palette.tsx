import { useNavigate } from '@tanstack/react-router'
import { Command } from 'cmdk'
import { Database, FolderOpen, Zap } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import { useSyncExternalStore, type ReactNode } from 'react'
import { command } from '@/core/commands'
import { boundCommands, keysOf, run, subscribe } from '@/core/hotkeys'
import { useDatasets } from '@/features/datasets/useDatasets'
import { useProjects } from '@/features/projects/useProjects'
import { Keys } from '@/ui/Keys'
import { places } from '../places'
import { useProject } from '../useProject'

const placeCommands: readonly string[] = places.map((place) => place.command)

/** One line to find and do anything: places, datasets, projects, and every command that does something at present. */
export function Palette({ onOpenChange }: { onOpenChange: (open: boolean) => void }) {
  const navigate = useNavigate()
  const project = useProject()
  const datasets = useDatasets(project)
  const projects = useProjects()
  const bound = useSyncExternalStore(subscribe, boundCommands)
  /** The palette closes first, so that what is run finds the page as it was. */
  const then = (act: () => void) => () => {
    onOpenChange(false)
    setTimeout(act)
  }
  return (
    <Radix.Root open onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-appear bg-scrim" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed top-[12dvh] left-1/2 z-40 w-[calc(100vw-24px)] max-w-140 -translate-x-1/2 animate-appear rounded-panel border border-line bg-surface shadow-popover outline-none"
        >
          <Radix.Title className="sr-only">Search and run anything</Radix.Title>
          <Command label="Search and run anything" loop>
            <Command.Input
              placeholder="Find a place, a dataset, a command"
              className="h-11 w-full border-b border-line bg-transparent px-4 text-title outline-none placeholder:text-muted"
            />
            <Command.List className="max-h-[min(420px,60dvh)] overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-6 text-center text-muted">Nothing has this name. Try another word.</Command.Empty>
              <Group heading="Places">
                {places.map(({ to, label, icon: Icon, command: id }) => (
                  <Item
                    key={to}
                    value={`place ${label}`}
                    icon={<Icon />}
                    keys={keysOf(id)[0]}
                    onSelect={then(() => void navigate({ to, params: { project } }))}
                  >
                    {label}
                  </Item>
                ))}
              </Group>
              <Group heading={`Datasets of ${project}`}>
                {datasets.data?.items.map(({ name }) => (
                  <Item
                    key={name}
                    value={`dataset ${name}`}
                    icon={<Database />}
                    onSelect={then(() => void navigate({ to: '/p/$project/datasets/$dataset', params: { project, dataset: name } }))}
                  >
                    {name}
                  </Item>
                ))}
              </Group>
              <Group heading="Projects">
                {projects.data?.items.map(({ name }) => (
                  <Item
                    key={name}
                    value={`project ${name}`}
                    icon={<FolderOpen />}
                    onSelect={then(() => void navigate({ to: '/p/$project/datasets', params: { project: name } }))}
                  >
                    {name}
                  </Item>
                ))}
              </Group>
              <Group heading="Commands">
                {bound
                  .filter((id) => command(id).local !== true && !placeCommands.includes(id))
                  .map((id) => (
                    <Item key={id} value={command(id).label} icon={<Zap />} keys={keysOf(id)[0]} onSelect={then(() => { run(id) })}>
                      {command(id).label}
                    </Item>
                  ))}
              </Group>
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-meta [&_[cmdk-group-heading]]:text-muted"
    >
      {children}
    </Command.Group>
  )
}

interface ItemProps {
  value: string
  icon: ReactNode
  keys?: string | undefined
  onSelect: () => void
  children: ReactNode
}

function Item({ value, icon, keys, onSelect, children }: ItemProps) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex h-8 cursor-default items-center gap-2.5 rounded-control px-2.5 data-[selected=true]:bg-raised [&>svg]:size-4 [&>svg]:shrink-0 [&>svg]:text-muted"
    >
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {keys !== undefined && <Keys keys={keys} />}
    </Command.Item>
  )
}
