import { TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { look, nameFault, setLook, tokens, type Theme, type Token } from '@/core/look'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { Segments } from '@/ui/Segments'
import { ColourField } from './ColourField'
import { weakPairs } from './colours'

export interface ThemeEditorProps {
  theme: Theme
  onRename: (name: string) => void
}

const words: Readonly<Record<Token, string>> = {
  bg: 'Ground', surface: 'Panels', raised: 'Raised', line: 'Lines', 'control-line': 'Edges of controls', fg: 'Text', muted: 'Quiet text',
  accent: 'Accent', 'accent-fg': 'Text on accent', ok: 'Good', warn: 'Doubtful', bad: 'Bad',
} // prettier-ignore

/** The colours of one theme; what is changed shows at once. */
export function ThemeEditor({ theme, onRename }: ThemeEditorProps) {
  const [name, setName] = useState(theme.name)
  const others = look.get().themes.filter((one) => one !== theme)
  const fault = nameFault(
    name,
    others.map((one) => one.name),
  )
  const change = (changed: Partial<Theme>) => {
    const next = { ...theme, ...changed }
    setLook({ themes: look.get().themes.map((one) => (one.name === theme.name ? next : one)), theme: next.name })
  }
  const setToken = (token: Token, value: string | undefined) => {
    const { [token]: _, ...rest } = theme.tokens
    change({ tokens: value === undefined ? rest : { ...rest, [token]: value } })
  }
  const weak = weakPairs()
  return (
    <div className="flex flex-col gap-3 rounded-panel border border-line bg-surface p-3">
      <div className="flex flex-wrap items-start gap-3">
        <div className="w-60 max-w-full">
          <Field label="Name" error={fault}>
            {(control) => (
              <Input
                {...control}
                value={name}
                onChange={(event) => {
                  setName(event.target.value)
                }}
                onBlur={() => {
                  if (fault !== undefined || name === theme.name) return
                  change({ name })
                  onRename(name)
                }}
              />
            )}
          </Field>
        </div>
        <div className="flex flex-col gap-1">
          <span className="text-label font-medium">Over</span>
          <Segments
            label="Over"
            value={theme.base}
            options={[
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
            onChange={(base) => {
              change({ base })
            }}
          />
        </div>
      </div>
      <div className="grid grid-cols-1 gap-x-6 gap-y-2 sm:grid-cols-2">
        {tokens.map((token) => (
          <ColourField
            key={token}
            label={words[token]}
            token={token}
            value={theme.tokens[token]}
            onChange={(value) => {
              setToken(token, value)
            }}
          />
        ))}
      </div>
      {weak.length > 0 && (
        <div role="status" className="flex gap-2 text-warn">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          <ul>
            {weak.map((pair) => (
              <li key={`${pair.token}/${pair.on}`}>
                {words[pair.token]} on {words[pair.on].toLowerCase()} is hard to read: contrast {pair.found.toFixed(1)}, {pair.least} is needed.
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}
