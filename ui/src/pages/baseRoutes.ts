import { createRootRoute, createRoute } from '@tanstack/react-router'
import { lastProject } from '@/core/shell'
import { NotFound } from './NotFound'
import { Shell } from './shell/Shell'

export const root = createRootRoute({ component: Shell, notFoundComponent: NotFound })

/** Everything that belongs to a project; the last one is remembered. */
export const project = createRoute({
  getParentRoute: () => root,
  path: '/p/$project',
  beforeLoad: ({ params }) => {
    if (lastProject.get().name !== params.project) lastProject.set({ name: params.project })
  },
})
