import { Activity, Database, FlaskConical, Settings, Workflow } from 'lucide-react'

/** The five places, in their order on the rail. */
export const places = [
  { to: '/p/$project/datasets', label: 'Datasets', icon: Database, command: 'place.datasets' },
  { to: '/p/$project/recipes', label: 'Recipes', icon: Workflow, command: 'place.recipes' },
  { to: '/p/$project/runs', label: 'Runs', icon: Activity, command: 'place.runs' },
  { to: '/p/$project/playground', label: 'Playground', icon: FlaskConical, command: 'place.playground' },
  { to: '/settings', label: 'Settings', icon: Settings, command: 'place.settings' },
] as const

/** Pages that belong to a place though their addresses do not begin with its own. */
const within: Partial<Record<string, RegExp>> = { 'place.datasets': /^\/p\/[^/]+\/(add|guides|sources)(\/|$)/ }

/** What marks the link to a place as the present one where a page belongs to it. */
export function marked(command: string, pathname: string): { 'data-status'?: 'active' } {
  return within[command]?.test(pathname) === true ? { 'data-status': 'active' } : {}
}

/** Pages beside them that have a key. */
export const more = [
  { to: '/p/$project/add', command: 'place.add' },
  { to: '/p/$project/guides', command: 'place.generate' },
] as const
