import { Link, Outlet } from '@tanstack/react-router'
import { NavTabs } from '@/ui/NavTabs'
import { Page } from '@/ui/Page'
import { tabClass } from '@/ui/Tabs'

export function SettingsPage() {
  return (
    <Page title="Settings">
      <NavTabs label="Settings">
        <Link to="/settings/appearance" className={tabClass}>
          Appearance
        </Link>
        <Link to="/settings/shortcuts" className={tabClass}>
          Shortcuts
        </Link>
      </NavTabs>
      <div className="max-w-180">
        <Outlet />
      </div>
    </Page>
  )
}
