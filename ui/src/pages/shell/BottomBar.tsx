import { Link, useLocation } from '@tanstack/react-router'
import { marked, places } from '../places'
import { useProject } from '../useProject'

/** The five places at the foot, where the window is narrow. */
export function BottomBar() {
  const project = useProject()
  const { pathname } = useLocation()
  return (
    <nav aria-label="Places" className="grid shrink-0 grid-cols-5 border-t border-line bg-surface sm:hidden">
      {places.map(({ to, label, icon: Icon, command }) => (
        <Link
          key={to}
          to={to}
          params={{ project }}
          {...marked(command, pathname)}
          className="flex h-13 flex-col items-center justify-center gap-0.5 text-meta text-muted focus-visible:-outline-offset-2 data-[status=active]:font-medium data-[status=active]:text-accent"
        >
          <Icon aria-hidden className="size-4.5" />
          {label}
        </Link>
      ))}
    </nav>
  )
}
