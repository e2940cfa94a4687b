import { Upload } from 'lucide-react'
import { useState } from 'react'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { Checkbox } from '@/ui/Checkbox'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { Panel } from '@/ui/Panel'
import { Segments } from '@/ui/Segments'
import { usePush, type UseOf } from './useUse'

const places = [
  { value: 'hf', label: 'Hugging Face', hint: 'owner/name on the hub. The token HF_TOKEN is needed: set it where the server runs, or keep it in Settings.' },
  { value: 'argilla', label: 'Argilla', hint: 'workspace/name. ARGILLA_API_URL and ARGILLA_API_KEY say where and with which key.' },
  { value: 'label-studio', label: 'Label Studio', hint: 'The title of a project. LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY say where and with which key.' },
] as const
type Kind = (typeof places)[number]['value']

/** Sends the newest version to a hub, or to people who review elsewhere. */
export function PushPanel({ of }: { readonly of: UseOf }) {
  const [kind, setKind] = useState<Kind>('hf')
  const [name, setName] = useState('')
  const [open, setOpen] = useState(false)
  const push = usePush(of)
  const place = places.find(({ value }) => value === kind) ?? places[0]
  return (
    <Panel title="Push" about="What was sent before is not sent twice.">
      <form
        className="flex max-w-180 flex-col gap-3 rounded-panel border border-line bg-surface p-3"
        onSubmit={(event) => {
          event.preventDefault()
          push.mutate({ place: `${kind}:${name.trim()}`, public: kind === 'hf' && open })
        }}
      >
        <Segments
          label="Where to"
          value={kind}
          options={places.map(({ value, label }) => ({ value, label }))}
          onChange={(next) => {
            setKind(next)
            push.reset()
          }}
        />
        <Field label="Name there" hint={place.hint}>
          {(control) => <Input {...control} value={name} onChange={(event) => { setName(event.target.value) }} />}
        </Field>
        {kind === 'hf' && (
          <label className="flex items-center gap-2">
            <Checkbox checked={open} onChange={setOpen} />
            Everybody may see it
          </label>
        )}
        <Button type="submit" className="self-start" icon={<Upload />} disabled={name.trim() === ''} busy={push.isPending}>Push</Button>
        <div aria-live="polite" className="flex flex-col gap-1 empty:hidden">
          {push.data?.map((line) => <p key={line}>{line}</p>)}
          {push.error && <ErrorPanel problem={asProblem(push.error)} />}
        </div>
      </form>
    </Panel>
  )
}
