import { Monitor, Moon, Palette, Sun } from 'lucide-react'
import { look, setLook, type Look } from '@/core/look'
import { Segments } from '@/ui/Segments'
import { useStored } from '@/ui/useStored'
import { Section } from './Section'
import { OwnThemes } from './OwnThemes'

const themes = [
  { value: 'system', label: 'System', icon: <Monitor /> },
  { value: 'light', label: 'Light', icon: <Sun /> },
  { value: 'dark', label: 'Dark', icon: <Moon /> },
]

const densities: readonly { value: Look['density']; label: string }[] = [
  { value: 'compact', label: 'Compact' },
  { value: 'comfortable', label: 'Comfortable' },
]

/** How the application looks in this browser. */
export function Appearance() {
  const [{ theme, density, themes: own }] = useStored(look)
  const inUse = own.filter((one) => one.name === theme).map(({ name }) => ({ value: name, label: name, icon: <Palette /> }))
  return (
    <div className="flex flex-col gap-6">
      <Section title="Theme" about="System follows the choice of your computer.">
        <Segments
          label="Theme"
          value={theme}
          options={[...themes, ...inUse]}
          onChange={(chosen) => {
            setLook({ theme: chosen })
          }}
        />
      </Section>
      <Section title="Density" about="Height of the rows in the grid: 28 or 32 pixels.">
        <Segments
          label="Density"
          value={density}
          options={densities}
          onChange={(chosen) => {
            setLook({ density: chosen })
          }}
        />
      </Section>
      <OwnThemes />
    </div>
  )
}
