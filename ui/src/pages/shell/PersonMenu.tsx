import { useNavigate } from '@tanstack/react-router'
import { CircleUser, Keyboard, Settings } from 'lucide-react'
import { queries } from '@/api/client'
import { keysOf } from '@/core/hotkeys'
import { IconButton } from '@/ui/IconButton'
import { Menu, MenuItem, MenuLabel, MenuLine } from '@/ui/Menu'

/** Who is here, and what is theirs to set. On one's own machine nobody signs in. */
export function PersonMenu({ onHelp }: { onHelp: () => void }) {
  const navigate = useNavigate()
  const { data } = queries.useQuery('get', '/api/v1/health', {}, { staleTime: Infinity })
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label="You">
          <CircleUser />
        </IconButton>
      }
    >
      <MenuLabel>You, on this machine</MenuLabel>
      <MenuItem icon={<Settings />} keys={keysOf('place.settings')[0]} onSelect={() => void navigate({ to: '/settings/appearance' })}>
        Settings
      </MenuItem>
      <MenuItem icon={<Keyboard />} keys={keysOf('help.open')[0]} onSelect={onHelp}>
        Keyboard shortcuts
      </MenuItem>
      {data && (
        <>
          <MenuLine />
          <MenuLabel>Rowsmith {data.version}</MenuLabel>
        </>
      )}
    </Menu>
  )
}
