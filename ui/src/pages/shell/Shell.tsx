import { Outlet } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { setShell, shell } from '@/core/shell'
import { setLook, shownBase } from '@/core/look'
import { InspectorPlace } from '@/ui/Inspector'
import { Toaster } from '@/ui/Toaster'
import { Tooltips } from '@/ui/Tooltips'
import { useHotkey } from '@/ui/useHotkey'
import { BottomBar } from './BottomBar'
import { InspectorDock } from './InspectorDock'
import { Rail } from './Rail'
import { usePlaceKeys } from './usePlaceKeys'

// The page is painted before these are there: they bring the menus and dialogs with them.
const TopBar = lazy(() => import('./TopBar').then(({ TopBar }) => ({ default: TopBar })))
const Palette = lazy(() => import('./Palette').then(({ Palette }) => ({ default: Palette })))
const HelpSheet = lazy(() => import('./HelpSheet').then(({ HelpSheet }) => ({ default: HelpSheet })))

/** What stands around every page: the rail or bar of places, the top bar, the inspector, and what opens over them. */
export function Shell() {
  const [over, setOver] = useState<'palette' | 'help'>()
  const [dock, setDock] = useState<HTMLElement | null>(null)
  const close = (open: boolean) => {
    if (!open) setOver(undefined)
  }
  usePlaceKeys()
  useHotkey('palette.open', () => {
    setOver('palette')
  })
  useHotkey('help.open', () => {
    setOver('help')
  })
  useHotkey('rail.toggle', () => {
    setShell({ rail: !shell.get().rail })
  })
  useHotkey('inspector.toggle', () => {
    setShell({ inspector: !shell.get().inspector })
  })
  useHotkey('theme.next', () => {
    setLook({ theme: shownBase() === 'dark' ? 'light' : 'dark' })
  })
  return (
    <InspectorPlace value={dock}>
      <a
        href="#main"
        className="fixed top-1 left-1 z-50 -translate-y-12 rounded-control bg-accent px-3 py-1 font-medium text-accent-fg focus:translate-y-0"
      >
        Skip to the content
      </a>
      <div className="flex h-dvh flex-col sm:flex-row">
        <Rail />
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          <Suspense fallback={<div className="h-10 shrink-0 border-b border-line bg-surface" />}>
            <TopBar
              onPalette={() => {
                setOver('palette')
              }}
              onHelp={() => {
                setOver('help')
              }}
            />
          </Suspense>
          <div className="flex min-h-0 flex-1 flex-col md:flex-row">
            <main id="main" tabIndex={-1} className="min-h-0 min-w-0 flex-1 overflow-y-auto outline-none">
              <Outlet />
            </main>
            <InspectorDock onPlace={setDock} />
          </div>
        </div>
        <BottomBar />
      </div>
      <Suspense>
        {over === 'palette' && <Palette onOpenChange={close} />}
        {over === 'help' && <HelpSheet onOpenChange={close} />}
      </Suspense>
      <Toaster />
      <Tooltips />
    </InspectorPlace>
  )
}
