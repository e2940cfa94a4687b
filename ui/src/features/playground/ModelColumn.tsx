import { X } from 'lucide-react'
import type { ComponentPropsWithoutRef, ReactNode } from 'react'
import { asProblem } from '@/core/problem'
import type { Combobox } from '@/ui/Combobox'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { IconButton } from '@/ui/IconButton'
import { Input } from '@/ui/Input'
import { SkeletonList } from '@/ui/Skeleton'
import { AnswerView } from './AnswerView'
import type { useAsk } from './usePlayground'

/** What picks a model: the page brings it, since recipes have the same. */
export type Picker = (props: Omit<ComponentPropsWithoutRef<typeof Combobox>, 'choices' | 'foot'>) => ReactNode

export interface ModelColumnProps {
  label: string
  model: string
  url: string
  picker: Picker
  asking: ReturnType<typeof useAsk>
  /** The question is another one than that of the answer. */
  old: boolean
  runLink: (run: string) => ReactNode
  onModel: (model: string) => void
  onUrl: (url: string) => void
  onAnew: () => void
  onClose?: () => void
}

/** One model, and what it answered. */
export function ModelColumn({ label, model, url, picker, asking, old, runLink, onModel, onUrl, onAnew, onClose }: ModelColumnProps) {
  return (
    <section aria-label={`Answer of ${label.toLowerCase()}`} className="flex min-w-0 flex-col gap-3 rounded-panel border border-line bg-surface p-3">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <Field label={label}>{(control) => picker({ ...control, value: model, placeholder: 'provider/name', onChange: onModel })}</Field>
        </div>
        {onClose && <IconButton label="Compare no longer" onClick={onClose}><X /></IconButton>}
      </div>
      <Field label={`Address of ${label.toLowerCase()}`}>
        {(control) => (
          <Input {...control} value={url} placeholder="the provider's own" onChange={(event) => { onUrl(event.target.value) }} />
        )}
      </Field>
      <div aria-live="polite" aria-busy={asking.isPending} className="flex flex-col gap-3">
        {asking.isPending && <SkeletonList lines={4} label={`Waiting for ${asking.variables.model}`} />}
        {!asking.isPending && asking.error && <ErrorPanel problem={asProblem(asking.error)} />}
        {!asking.isPending && asking.data && <AnswerView answer={asking.data} old={old} runLink={runLink} onAnew={onAnew} />}
        {asking.isIdle && <p className="py-6 text-center text-muted">{model === '' ? 'Choose a model.' : 'Its answer shows here.'}</p>}
      </div>
    </section>
  )
}
