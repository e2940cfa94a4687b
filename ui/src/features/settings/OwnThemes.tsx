import { Download, Pencil, Plus, Trash2, Upload } from 'lucide-react'
import { useRef, useState } from 'react'
import { isTheme, look, setLook, shownBase, type Theme } from '@/core/look'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { IconButton } from '@/ui/IconButton'
import { toast } from '@/ui/toasts'
import { useStored } from '@/ui/useStored'
import { Section } from './Section'
import { ThemeEditor } from './ThemeEditor'
import { freeName, save } from './themeFiles'

/** Themes of one's own: other colours over light or dark. */
export function OwnThemes() {
  const [{ theme, themes }] = useStored(look)
  const [edited, setEdited] = useState<string>()
  const file = useRef<HTMLInputElement>(null)
  const shown = themes.find((one) => one.name === edited)

  const add = (made: Theme) => {
    setLook({ themes: [...themes, made], theme: made.name })
    setEdited(made.name)
  }
  const read = async (chosen: File) => {
    const found: unknown = await chosen.text().then(JSON.parse, () => null).catch(() => null)
    if (!isTheme(found)) return toast(`${chosen.name} is no theme. Choose a file that was saved here.`, { tone: 'bad' })
    add({ ...found, name: freeName(found.name, themes) })
    return toast(`Theme ${found.name} is added.`)
  }
  const remove = (gone: Theme) => {
    const before = look.get()
    setLook({ themes: themes.filter((one) => one !== gone), theme: theme === gone.name ? gone.base : theme })
    toast(`Theme ${gone.name} is deleted.`, {
      action: {
        label: 'Undo',
        run: () => {
          setLook(before)
        },
      },
    })
  }

  return (
    <Section
      title="Themes of your own"
      about="Change any colour of light or dark. Themes stay in this browser; save one to a file to share it."
      actions={
        <div className="flex gap-2">
          <Button icon={<Upload />} onClick={() => file.current?.click()}>
            Open file
          </Button>
          <Button
            icon={<Plus />}
            onClick={() => {
              add({ name: freeName('My theme', themes), base: shownBase(), tokens: {} })
            }}
          >
            New theme
          </Button>
          <input
            ref={file}
            type="file"
            accept=".json,application/json"
            aria-label="Theme file"
            className="hidden"
            onChange={(event) => {
              const [chosen] = event.target.files ?? []
              if (chosen) void read(chosen)
              event.target.value = ''
            }}
          />
        </div>
      }
    >
      {themes.length > 0 && (
        <ul aria-label="Themes" className="flex flex-col rounded-panel border border-line bg-surface">
          {themes.map((one) => (
            <li key={one.name} className="flex items-center gap-2 border-b border-line py-1 pr-1.5 pl-3 last:border-b-0">
              <span className="min-w-0 flex-1 truncate">{one.name}</span>
              <Badge>{one.base}</Badge>
              <Button
                look="quiet"
                disabled={theme === one.name}
                onClick={() => {
                  setLook({ theme: one.name })
                }}
              >
                {theme === one.name ? 'In use' : 'Use'}
              </Button>
              <IconButton
                label={`Edit ${one.name}`}
                pressed={edited === one.name}
                onClick={() => {
                  setEdited(edited === one.name ? undefined : one.name)
                  setLook({ theme: one.name })
                }}
              >
                <Pencil />
              </IconButton>
              <IconButton
                label={`Save ${one.name} to a file`}
                onClick={() => {
                  save(one)
                }}
              >
                <Download />
              </IconButton>
              <IconButton
                label={`Delete ${one.name}`}
                onClick={() => {
                  remove(one)
                }}
              >
                <Trash2 />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      {shown && <ThemeEditor key={themes.indexOf(shown)} theme={shown} onRename={setEdited} />}
    </Section>
  )
}
