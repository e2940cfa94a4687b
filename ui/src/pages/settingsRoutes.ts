import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { root } from './baseRoutes'

const place = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./SettingsPage'), 'SettingsPage'),
})

const settingsHome = createRoute({
  getParentRoute: () => place,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/settings/appearance', replace: true })
  },
})

const appearance = createRoute({
  getParentRoute: () => place,
  path: '/appearance',
  component: lazyRouteComponent(() => import('@/features/settings/Appearance'), 'Appearance'),
})

const shortcuts = createRoute({
  getParentRoute: () => place,
  path: '/shortcuts',
  component: lazyRouteComponent(() => import('@/features/settings/Shortcuts'), 'Shortcuts'),
})

const models = createRoute({
  getParentRoute: () => place,
  path: '/models',
  component: lazyRouteComponent(() => import('@/features/settings/ModelsAndKeys'), 'ModelsAndKeys'),
})

const budgets = createRoute({
  getParentRoute: () => place,
  path: '/projects',
  component: lazyRouteComponent(() => import('@/features/settings/ProjectBudgets'), 'ProjectBudgets'),
})

/** The settings, with a page each. */
export const settings = place.addChildren([settingsHome, models, budgets, appearance, shortcuts])
