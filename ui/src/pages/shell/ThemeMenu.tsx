import { Monitor, Moon, Palette, Sun } from 'lucide-react'
import { look, setLook } from '@/core/look'
import { IconButton } from '@/ui/IconButton'
import { Menu, MenuChoice } from '@/ui/Menu'
import { useStored } from '@/ui/useStored'

const builtIn = [
  { value: 'system', label: 'System', icon: <Monitor /> },
  { value: 'light', label: 'Light', icon: <Sun /> },
  { value: 'dark', label: 'Dark', icon: <Moon /> },
]

export function ThemeMenu() {
  const [{ theme, themes }] = useStored(look)
  const options = [...builtIn, ...themes.map(({ name }) => ({ value: name, label: name, icon: <Palette /> }))]
  return (
    <Menu
      align="end"
      trigger={<IconButton label="Theme">{options.find((option) => option.value === theme)?.icon ?? <Monitor />}</IconButton>}
    >
      <MenuChoice
        label="Theme"
        value={theme}
        options={options}
        onChange={(chosen) => {
          setLook({ theme: chosen })
        }}
      />
    </Menu>
  )
}
