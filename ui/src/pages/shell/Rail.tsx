import { Link, useLocation } from '@tanstack/react-router'
import { clsx } from 'clsx'
import { PanelLeftClose, PanelLeftOpen } from 'lucide-react'
import { keysOf } from '@/core/hotkeys'
import { setShell, shell } from '@/core/shell'
import { IconButton } from '@/ui/IconButton'
import { tip } from '@/ui/tip'
import { useStored } from '@/ui/useStored'
import { marked, places } from '../places'
import { useProject } from '../useProject'
import { Mark } from './Mark'

/** The five places at the left: with words, or collapsed to pictures. */
export function Rail() {
  const [{ rail }] = useStored(shell)
  const project = useProject()
  const { pathname } = useLocation()
  return (
    <nav aria-label="Places" className={clsx('hidden shrink-0 flex-col border-r border-line bg-surface sm:flex', rail ? 'w-44' : 'w-12')}>
      <Link to="/" aria-label="Rowsmith" className="flex h-10 shrink-0 items-center gap-2 px-3.5 font-semibold">
        <Mark />
        {rail && <span className="text-title">Rowsmith</span>}
      </Link>
      <ul className="flex flex-1 flex-col gap-0.5 px-2 pt-2">
        {places.map(({ to, label, icon: Icon, command }) => (
          <li key={to} className={clsx(command === 'place.settings' && 'mt-auto')}>
            <Link
              to={to}
              params={{ project }}
              {...marked(command, pathname)}
              {...(!rail && { 'aria-label': label, ...tip(label, keysOf(command)[0], 'right') })}
              className="flex h-8 items-center gap-2.5 rounded-control px-2 text-muted transition-colors hover:bg-raised hover:text-fg data-[status=active]:bg-selected data-[status=active]:font-medium data-[status=active]:text-accent"
            >
              <Icon aria-hidden className="size-4 shrink-0" />
              {rail && label}
            </Link>
          </li>
        ))}
      </ul>
      <div className="p-2">
        <IconButton
          label={rail ? 'Collapse the rail' : 'Widen the rail'}
          keys={keysOf('rail.toggle')[0]}
          side="right"
          className="size-8"
          onClick={() => {
            setShell({ rail: !rail })
          }}
        >
          {rail ? <PanelLeftClose /> : <PanelLeftOpen />}
        </IconButton>
      </div>
    </nav>
  )
}
