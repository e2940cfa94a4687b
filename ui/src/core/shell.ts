import { shaped, stored } from './stored'

/** How the shell stands: kept by the browser, not in the address, because it belongs to the person and not to the view. */
export interface ShellState {
  rail: boolean
  inspector: boolean
  inspectorWidth: number
}

export const shell = stored(
  'rowsmith.shell',
  { rail: true, inspector: true, inspectorWidth: 340 },
  shaped<ShellState>({ rail: 'boolean', inspector: 'boolean', inspectorWidth: 'number' }),
)

/** The project that was open last. */
export const lastProject = stored('rowsmith.project', { name: 'default' }, shaped<{ name: string }>({ name: 'string' }))

export function setShell(change: Partial<ShellState>): void {
  shell.set({ ...shell.get(), ...change })
}
