import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { Checkbox } from '@/ui/Checkbox'
import { Dialog } from '@/ui/Dialog'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { IconButton } from '@/ui/IconButton'
import { Input } from '@/ui/Input'
import { toast } from '@/ui/toasts'
import { useDeleteTag, useTag, useTags } from './usePrompts'

export interface TagDialogProps {
  project: string
  prompt: string
  version: string
  onClose: () => void
}

/** Names a version for good; tags that it has can be deleted, releases cannot. */
export function TagDialog({ project, prompt, version, onClose }: TagDialogProps) {
  const [name, setName] = useState('')
  const [release, setRelease] = useState(false)
  const tag = useTag()
  const remove = useDeleteTag()
  const there = useTags(project, prompt).data?.items.filter((one) => one.version === version) ?? []
  const path = { project, prompt }
  const undo = (ref: string) => () => { tag.mutate({ params: { path }, body: { name: ref, at: version, message: '', release: false } }) }
  return (
    <Dialog
      open
      onOpenChange={(stays) => { if (!stays) onClose() }}
      title={`Tag ${version.slice(0, 12)}`}
      about="Recipes take the version by prompt@tag, whatever comes later."
      actions={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button look="primary" type="submit" form="tag-prompt" disabled={name.trim() === ''} busy={tag.isPending}>Tag version</Button>
        </>
      }
    >
      <form
        id="tag-prompt"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          const body = { name: name.trim(), at: version, message: '', release }
          tag.mutate({ params: { path }, body }, { onSuccess: () => { setName('') } })
        }}
      >
        <Field label="Tag">
          {(control) => <Input {...control} value={name} placeholder="v1" onChange={(event) => { setName(event.target.value) }} />}
        </Field>
        <label className="flex items-center gap-2">
          <Checkbox checked={release} onChange={setRelease} />
          A release, which can never be deleted
        </label>
        {there.length > 0 && (
          <ul aria-label="Tags" className="flex flex-col gap-1">
            {there.map((ref) => (
              <li key={ref.name} className="flex h-8 items-center gap-2 rounded-control border border-line pr-0.5 pl-2">
                <span className="min-w-0 flex-1 truncate">{ref.name}</span>
                <span className="text-label text-muted">{ref.kind}</span>
                {ref.kind === 'tag' && (
                  <IconButton
                    label={`Delete ${ref.name}`}
                    onClick={() => {
                      remove.mutate(
                        { params: { path: { ...path, tag: ref.name } } },
                        { onSuccess: () => { toast(`Tag ${ref.name} is deleted.`, { action: { label: 'Undo', run: undo(ref.name) } }) } },
                      )
                    }}
                  >
                    <Trash2 />
                  </IconButton>
                )}
              </li>
            ))}
          </ul>
        )}
        {(tag.error ?? remove.error) && <ErrorPanel problem={asProblem(tag.error ?? remove.error)} />}
      </form>
    </Dialog>
  )
}
