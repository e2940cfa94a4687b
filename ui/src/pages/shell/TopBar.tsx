import { Link, useNavigate } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { keysOf } from '@/core/hotkeys'
import { ProjectSwitcher } from '@/features/projects/ProjectSwitcher'
import { RunningChip } from '@/features/runs/RunningChip'
import { IconButton } from '@/ui/IconButton'
import { Keys } from '@/ui/Keys'
import { linkClass } from '@/ui/linkClass'
import { useProject } from '../useProject'
import { PersonMenu } from './PersonMenu'
import { ThemeMenu } from './ThemeMenu'

export interface TopBarProps {
  onPalette: () => void
  onHelp: () => void
}

/** The project, the way to everything, what is under way, the theme and the person. */
export function TopBar({ onPalette, onHelp }: TopBarProps) {
  const project = useProject()
  const navigate = useNavigate()
  const [keys] = keysOf('palette.open')
  return (
    <header className="flex h-10 shrink-0 items-center gap-2 border-b border-line bg-surface px-2">
      <ProjectSwitcher project={project} onOpen={(name) => void navigate({ to: '/p/$project/datasets', params: { project: name } })} />
      <div className="flex flex-1 justify-center">
        <button
          type="button"
          onClick={onPalette}
          className="hidden h-7 w-full max-w-90 items-center gap-2 rounded-control border border-line bg-bg px-2 text-muted transition-colors hover:border-control-line sm:flex"
        >
          <Search aria-hidden className="size-3.5" />
          <span className="flex-1 text-left">Search or run</span>
          {keys !== undefined && <Keys keys={keys} />}
        </button>
      </div>
      <RunningChip
        linkTo={(run) => (
          <Link to="/p/$project/runs" params={{ project: run.project }} className={linkClass}>
            {run.recipe} {run.run}
          </Link>
        )}
      />
      <IconButton label="Search or run" keys={keys} className="sm:hidden" onClick={onPalette}>
        <Search />
      </IconButton>
      <ThemeMenu />
      <PersonMenu onHelp={onHelp} />
    </header>
  )
}
