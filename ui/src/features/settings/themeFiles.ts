import type { Theme } from '@/core/look'

/** The name, or one like it that is free. */
export function freeName(wanted: string, themes: readonly Theme[]): string {
  const taken = new Set(themes.map((one) => one.name))
  let name = wanted
  for (let number = 2; taken.has(name); number += 1) name = `${wanted} ${String(number)}`
  return name
}

/** Hands a theme to the browser as a file. */
export function save(theme: Theme): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([`${JSON.stringify(theme, null, 2)}\n`], { type: 'application/json' }))
  link.download = `${theme.name.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}.theme.json`
  link.click()
  setTimeout(() => {
    URL.revokeObjectURL(link.href)
  }, 1000)
}
