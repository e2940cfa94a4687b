import { Activity, Database, FlaskConical, Settings, Workflow } from 'lucide-react'

/** The five places, in their order on the rail. */
export const places = [
  { to: '/p/$project/datasets', label: 'Datasets', icon: Database, command: 'place.datasets' },
  { to: '/p/$project/recipes', label: 'Recipes', icon: Workflow, command: 'place.recipes' },
  { to: '/p/$project/runs', label: 'Runs', icon: Activity, command: 'place.runs' },
  { to: '/p/$project/playground', label: 'Playground', icon: FlaskConical, command: 'place.playground' },
  { to: '/settings', label: 'Settings', icon: Settings, command: 'place.settings' },
] as const
