import { Plus } from 'lucide-react'
import { useState } from 'react'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { TextArea } from '@/ui/TextArea'
import { toSend, useKeep } from './usePrompts'

export interface NewPromptProps {
  project: string
  look?: 'primary' | 'plain'
  onMade: (prompt: string) => void
}

/** Begins a prompt by a text, or takes one from a file in Markdown or YAML. */
export function NewPrompt({ project, look = 'primary', onMade }: NewPromptProps) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button look={look} size={look === 'primary' ? 'large' : 'small'} icon={<Plus />} onClick={() => { setOpen(true) }}>New prompt</Button>
      {open && <Making project={project} onMade={onMade} onClose={() => { setOpen(false) }} />}
    </>
  )
}

interface Taken {
  name: string
  text: string
}

function Making({ project, onMade, onClose }: { project: string; onMade: (prompt: string) => void; onClose: () => void }) {
  const [name, setName] = useState('')
  const [text, setText] = useState('')
  const [file, setFile] = useState<Taken>()
  const keep = useKeep()
  const can = file !== undefined || (name.trim() !== '' && text.trim() !== '')
  const submit = () => {
    if (!can || keep.isPending) return
    const said = { name: name.trim(), message: '', onto: '' }
    const form = /\.ya?ml$/i.test(file?.name ?? '') ? ('yaml' as const) : ('md' as const)
    const named = { ...said, name: said.name || (file?.text.includes('name:') === true ? '' : (file?.name ?? '').replace(/\.\w+$/, '')) }
    const body = file ? { ...named, file: file.text, form } : { ...said, prompt: toSend({ text }), file: '', form }
    keep.mutate({ params: { path: { project } }, body }, { onSuccess: (made) => { onMade(made.name) } })
  }
  return (
    <Dialog
      open
      onOpenChange={(stays) => { if (!stays) onClose() }}
      size="medium"
      title="New prompt"
      about="Variables stand in double braces, such as {{ topic }}."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="new-prompt" disabled={!can} busy={keep.isPending}>Create prompt</Button>
        </>
      }
    >
      <form
        id="new-prompt"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <Field label="Name" {...(file && { hint: 'Empty: what the file says, else its name.' })}>
          {(control) => <Input {...control} value={name} placeholder="summary" onChange={(event) => { setName(event.target.value) }} />}
        </Field>
        {!file && (
          <Field label="Text">
            {(control) => <TextArea {...control} mono rows={5} className="min-h-28" value={text} onChange={(event) => { setText(event.target.value) }} />}
          </Field>
        )}
        <Field label="Or a file" hint="Markdown with front matter, or YAML, as rowsmith prompts export writes it.">
          {(control) => (
            <input
              {...control}
              type="file"
              accept=".md,.markdown,.yaml,.yml"
              className="text-label file:mr-2 file:h-7 file:rounded-control file:border file:border-control-line file:bg-surface file:px-2.5 file:text-label file:font-medium file:text-fg"
              onChange={(event) => {
                const chosen = event.target.files?.[0]
                if (chosen) void chosen.text().then((read) => { setFile({ name: chosen.name, text: read }) })
                else setFile(undefined)
              }}
            />
          )}
        </Field>
        {keep.error && <ErrorPanel problem={asProblem(keep.error)} />}
      </form>
    </Dialog>
  )
}
