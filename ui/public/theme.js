// Puts the chosen look on <html>. The page loads this file before anything is painted; the app calls applyLook() again
// whenever the choice changes, so that there is one implementation.
const systemDark = matchMedia('(prefers-color-scheme: dark)')
let applied = []

window.applyLook = () => {
  let look = {}
  try {
    look = JSON.parse(localStorage.getItem('rowsmith.look') ?? '{}') ?? {}
  } catch {
    // Storage may be closed to us or hold something else: then the system's look is used.
  }
  const root = document.documentElement
  const own = look.themes?.find?.((theme) => theme.name === look.theme)
  const base = own ? own.base : look.theme
  root.dataset.theme = base === 'dark' || base === 'light' ? base : systemDark.matches ? 'dark' : 'light'
  root.dataset.density = look.density === 'comfortable' ? 'comfortable' : 'compact'
  for (const name of applied) root.style.removeProperty(name)
  applied = Object.keys(own?.tokens ?? {}).map((token) => `--${token}`)
  for (const name of applied) root.style.setProperty(name, own.tokens[name.slice(2)])
}

systemDark.addEventListener('change', window.applyLook)
window.applyLook()
