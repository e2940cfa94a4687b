import { clsx } from 'clsx'
import { useEffect, useRef, type ReactNode } from 'react'
import { usd } from '@/core/format'
import { viewOf } from '@/core/guides'
import { asProblem } from '@/core/problem'
import type { View } from '@/core/views'
import { Badge } from '@/ui/Badge'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { SkeletonList } from '@/ui/Skeleton'
import { Tabs } from '@/ui/Tabs'
import { useWide } from '@/ui/useWide'
import { BriefView } from './BriefView'
import { ChooseModel } from './ChooseModel'
import type { ModelField } from './ModelFields'
import { MadePanel, type MadePanelProps } from './MadePanel'
import { MakePanel } from './MakePanel'
import { PromptView } from './PromptView'
import { SamplesView } from './SamplesView'
import { Talk } from './Talk'
import { Underway } from './Underway'
import { useGuide, useSay, type Guide, type Say } from './useGuides'

export interface GuideViewProps extends Omit<MadePanelProps, 'guide'> {
  name: string
  view: View | undefined
  onView: (view: View | undefined) => void
  modelField: ModelField
  keysLink: ReactNode
}

const stages: Readonly<Record<string, string>> = {
  checklist: 'brief under way',
  summary: 'brief to be confirmed',
  sampling: 'samples to be made',
  samples: 'samples to be looked over',
  making: 'rows to be made',
  done: 'done',
}

/** A guided talk: the talk at the left, at the right what comes of it. Where the window is narrow, one of them. */
export function GuideView({ name, ...rest }: GuideViewProps) {
  const { data: guide, error, refetch } = useGuide(rest.project, name)
  const say = useSay(rest.project, name)
  if (error && !guide) {
    return (
      <div className="p-4 sm:p-6">
        <h1 className="sr-only">Talk {name}</h1>
        <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />
      </div>
    )
  }
  if (!guide) return <SkeletonList label="Loading the talk" lines={10} />
  return <Shown guide={guide} say={say} {...rest} />
}

function Shown({ guide, say, view, onView, ...rest }: Omit<GuideViewProps, 'name'> & { guide: Guide; say: Say }) {
  const wide = useWide()
  const usual = viewOf(guide.phase)
  const before = useRef(usual)
  useEffect(() => {
    if (before.current !== usual) onView(undefined) // the talk has come to its samples, or back to its brief: that is what is looked at now
    before.current = usual
  }, [usual, onView])
  const chosen = view === undefined || (wide && view === 'talk') ? (wide || usual !== 'brief' ? usual : 'talk') : view
  const known = guide.items.filter((item) => item.state === 'known').length
  const tabs = [
    ...(wide ? [] : [{ value: 'talk' as const, label: 'Talk' }]),
    { value: 'brief' as const, label: 'Brief', count: known },
    { value: 'samples' as const, label: guide.phase === 'done' ? 'Dataset' : 'Samples', ...(guide.samples.length > 0 && { count: guide.samples.length }) },
    { value: 'prompt' as const, label: 'Prompt' },
  ]
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2.5 sm:px-6">
        <h1 className="min-w-0 truncate text-title font-semibold">{guide.guide}</h1>
        <Badge tone={guide.phase === 'done' ? 'ok' : 'accent'}>{stages[guide.phase]}</Badge>
        <span className="text-label text-muted tabular-nums">
          {guide.model ?? 'no model'}
          {guide.cost_usd !== null && guide.cost_usd > 0 && ` · ${usd(guide.cost_usd)} so far`}
        </span>
      </header>
      <div className={clsx('min-h-0 flex-1', wide && 'grid grid-cols-[minmax(320px,5fr)_minmax(0,7fr)]')}>
        {wide && (
          <div className="flex min-h-0 flex-col border-r border-line">
            <Talk project={rest.project} guide={guide} say={say} />
          </div>
        )}
        <div className="flex h-full min-h-0 flex-col pt-1">
          <Tabs label="Parts of the talk" value={chosen} tabs={tabs} onChange={onView} fills>
            {chosen === 'talk' ? (
              <Talk project={rest.project} guide={guide} say={say} />
            ) : (
              <div className="min-h-0 flex-1 overflow-y-auto px-4 pt-3 pb-6 sm:px-6">
                {!wide && say.error && <ErrorPanel problem={asProblem(say.error)} />}
                {chosen === 'brief' && <BriefView guide={guide} say={say} />}
                {chosen === 'prompt' && <PromptView guide={guide} />}
                {chosen === 'samples' && <Samples guide={guide} say={say} {...rest} />}
              </div>
            )}
          </Tabs>
        </div>
      </div>
    </div>
  )
}

type SamplesProps = Omit<GuideViewProps, 'name' | 'view' | 'onView'> & { guide: Guide; say: Say }

function Samples({ guide, say, modelField, keysLink, ...rest }: SamplesProps) {
  const { phase, doing, model } = guide
  const wide = useWide()
  return (
    <div className="flex flex-col gap-6">
      {!wide && phase !== 'samples' && <Underway project={rest.project} guide={guide} say={say} />}
      {phase === 'done' && <MadePanel guide={guide} {...rest} />}
      {model === null && ['sampling', 'making'].includes(phase) && (
        <ChooseModel
          project={rest.project}
          guide={guide.id}
          modelField={modelField}
          keysLink={keysLink}
          onChosen={() => {
            say.mutate({ goOn: true })
          }}
        />
      )}
      <SamplesView project={rest.project} guide={guide} say={say} />
      {doing === null && (phase === 'samples' || (phase === 'making' && model !== null)) && (
        <MakePanel key={guide.id} project={rest.project} guide={guide} say={say} />
      )}
    </div>
  )
}
