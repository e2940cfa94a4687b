import { ChevronsUpDown, PencilLine, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuLine } from '@/ui/Menu'
import { CreateProject } from './CreateProject'
import { DeleteProject } from './DeleteProject'
import { RenameProject } from './RenameProject'
import { useProjects } from './useProjects'

export interface ProjectSwitcherProps {
  project: string
  /** Called to go to a project: one that was chosen, one that was made or renamed, or another one after this was deleted. */
  onOpen: (project: string) => void
}

/** The project that is open, the others, and how to make, rename and delete one. */
export function ProjectSwitcher({ project, onOpen }: ProjectSwitcherProps) {
  const { data } = useProjects()
  const [asking, setAsking] = useState<'create' | 'rename' | 'delete'>()
  const names = data?.items.map((one) => one.name) ?? [project]
  const close = (open: boolean) => {
    if (!open) setAsking(undefined)
  }
  return (
    <>
      <Menu
        trigger={
          <button
            type="button"
            aria-label={`Project ${project}: switch or change`}
            className="inline-flex h-7 max-w-50 min-w-0 items-center gap-1 rounded-control px-2 font-medium transition-colors hover:bg-raised data-[state=open]:bg-raised"
          >
            <span className="truncate">{project}</span>
            <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-muted" />
          </button>
        }
      >
        <MenuLabel>Projects</MenuLabel>
        <MenuChoice label="Projects" value={project} options={names.map((name) => ({ value: name, label: name }))} onChange={onOpen} />
        <MenuLine />
        <MenuItem
          icon={<Plus />}
          onSelect={() => {
            setAsking('create')
          }}
        >
          New project
        </MenuItem>
        <MenuItem
          icon={<PencilLine />}
          onSelect={() => {
            setAsking('rename')
          }}
        >
          Rename {project}
        </MenuItem>
        <MenuItem
          icon={<Trash2 />}
          danger
          onSelect={() => {
            setAsking('delete')
          }}
        >
          Delete {project}
        </MenuItem>
      </Menu>
      {asking === 'create' && <CreateProject onOpenChange={close} onCreated={onOpen} />}
      {asking === 'rename' && <RenameProject project={project} onOpenChange={close} onRenamed={onOpen} />}
      {asking === 'delete' && (
        <DeleteProject
          project={project}
          onOpenChange={close}
          onDeleted={() => {
            onOpen(names.find((name) => name !== project) ?? 'default')
          }}
        />
      )}
    </>
  )
}
