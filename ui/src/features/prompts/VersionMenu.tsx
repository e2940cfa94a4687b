import { Download, Ellipsis, GitFork, RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { IconButton } from '@/ui/IconButton'
import { Input } from '@/ui/Input'
import { Menu, MenuItem } from '@/ui/Menu'
import { toast } from '@/ui/toasts'
import { useFork, useRestore } from './usePrompts'

export interface VersionMenuProps {
  project: string
  prompt: string
  version: string
  newest: boolean
  onForked: (prompt: string) => void
}

/** What can be done with a version: make it the newest again, fork it, take it along as a file. */
export function VersionMenu({ project, prompt, version, newest, onForked }: VersionMenuProps) {
  const [forking, setForking] = useState(false)
  const restore = useRestore()
  const named = version.slice(0, 12)
  const back = () => {
    restore.mutate(
      { params: { path: { project, prompt } }, body: { source: version, message: '' } },
      {
        onSuccess: () => { toast(`${named} is the newest version again; those after it stay in the history.`) },
        onError: (error) => { toast(asProblem(error).what, { tone: 'bad' }) },
      },
    )
  }
  const file = (form: 'md' | 'yaml') =>
    `/api/v1/projects/${encodeURIComponent(project)}/prompts/${encodeURIComponent(`${prompt}@${version}`)}/file?form=${form}`
  return (
    <>
      <Menu align="end" trigger={<IconButton label={`More for ${named}`}><Ellipsis /></IconButton>}>
        <MenuItem icon={<RotateCcw />} disabled={newest} onSelect={back}>Restore this version</MenuItem>
        <MenuItem icon={<GitFork />} onSelect={() => { setForking(true) }}>Fork</MenuItem>
        <MenuItem icon={<Download />} onSelect={() => { location.assign(file('md')) }}>Download as Markdown</MenuItem>
        <MenuItem icon={<Download />} onSelect={() => { location.assign(file('yaml')) }}>Download as YAML</MenuItem>
      </Menu>
      {forking && <Fork project={project} from={`${prompt}@${version}`} onForked={onForked} onClose={() => { setForking(false) }} />}
    </>
  )
}

interface ForkProps {
  project: string
  from: string
  onForked: (prompt: string) => void
  onClose: () => void
}

function Fork({ project, from, onForked, onClose }: ForkProps) {
  const [name, setName] = useState('')
  const fork = useFork()
  return (
    <Dialog
      open
      onOpenChange={(stays) => { if (!stays) onClose() }}
      title="Fork"
      about="A prompt of its own, which begins at this version."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="fork-prompt" disabled={name.trim() === ''} busy={fork.isPending}>Fork prompt</Button>
        </>
      }
    >
      <form
        id="fork-prompt"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          const params = { path: { project, prompt: from } }
          fork.mutate({ params, body: { name: name.trim(), message: '' } }, { onSuccess: (made) => { onForked(made.name) } })
        }}
      >
        <Field label="Name">{(control) => <Input {...control} value={name} onChange={(event) => { setName(event.target.value) }} />}</Field>
        {fork.error && <ErrorPanel problem={asProblem(fork.error)} />}
      </form>
    </Dialog>
  )
}
