import { useRef, useState, type ReactNode } from 'react'
import { fieldsOf, fixOf, optionsOf, scoreOf, textsOf } from '@/core/review'
import { SkeletonList } from '@/ui/Skeleton'
import { Badge } from '@/ui/Badge'
import { Part } from '@/ui/Part'
import { useHotkey } from '@/ui/useHotkey'
import { FieldValue } from '@/ui/values/FieldValue'
import { FixFields } from './FixFields'
import { Options } from './Options'
import { SayFields } from './SayFields'
import { Verdicts } from './Verdicts'
import { useLabels, useReviews, type Given, type Review, type Shown, type WorkOf } from './useReviews'

interface Props {
  readonly of: WorkOf
  readonly shown: Shown
  readonly busy: boolean
  /** What stands below the verdicts. */
  readonly children: ReactNode
  onSay(given: Given): void
  onSkip(): void
}

/** One row of a queue, large; beside it all that can be said of it. What was said of it before is filled in. */
export function RowWork(props: Props) {
  const { of, shown } = props
  const { project, dataset, reviewer } = of
  const own = useReviews({ project, dataset }, { row: shown.row, by: reviewer, reviewer, limit: 1 }, shown.back)
  if (shown.back && own.isPending) return <SkeletonList label="Loading the row" />
  return <Work {...props} said={shown.back ? own.data?.items[0] : undefined} />
}

function Work({ of, shown, busy, said, children, onSay, onSkip }: Props & { readonly said: Review | undefined }) {
  const [label, setLabel] = useState(said?.label ?? '')
  const [note, setNote] = useState(said?.note ?? '')
  const [score, setScore] = useState(said?.score === null || said === undefined ? '' : String(said.score))
  const [texts, setTexts] = useState<Record<string, string>>()
  const [typed, setTyped] = useState<string[]>([])
  const noteField = useRef<HTMLTextAreaElement>(null)
  const { inRows, inReviews } = useLabels(of)
  const options = optionsOf(inRows, inReviews, typed)
  const number = scoreOf(score)
  const fix = texts && fixOf(shown.data, texts)
  const sound = !busy && 'value' in number && Object.keys(fix?.problems ?? {}).length === 0
  const saysNothing = label === '' && note.trim() === '' && score.trim() === ''

  const say = (verdict: Given['verdict']) => {
    if (!sound || !('value' in number)) return
    const values = fix && Object.keys(fix.values).length > 0 ? fix.values : null
    onSay({
      reviewer: shown.reviewer, place: shown.place, row: shown.row, token: shown.token, back: shown.back, verdict, score: number.value,
      label: label || null, note: note.trim() || null, values,
    })
  }
  useHotkey('review.accept', () => { say('accept') }, { enabled: sound })
  useHotkey('review.reject', () => { say('reject') }, { enabled: sound })
  useHotkey('review.fix', () => { setTexts((there) => there ?? textsOf(shown.data)) }, { enabled: !busy && texts === undefined })
  useHotkey('review.skip', onSkip, { enabled: !busy && !shown.back })
  useHotkey('review.note', () => { noteField.current?.focus() })
  useHotkey('form.submit', () => { say(texts ? 'accept' : '') }, { enabled: sound && (texts !== undefined || !saysNothing) })

  return (
    <div className="flex flex-col gap-4 md:grid md:grid-cols-[minmax(0,1fr)_300px] md:items-start md:gap-6" aria-busy={busy}>
      <article aria-label="Row" className="min-w-0 rounded-panel border border-line bg-surface p-4">
        {shown.back && <p className="pb-2"><Badge tone="accent">reviewed before</Badge></p>}
        {texts ? (
          <FixFields texts={texts} problems={fix?.problems ?? {}} onChange={setTexts} onLeave={() => { setTexts(undefined) }} />
        ) : (
          fieldsOf(shown.data).map(({ name, label: title, kind, value }) => (
            <Part key={name} title={title}>
              <div className="max-w-180 text-title"><FieldValue kind={kind} value={value} marks={[]} /></div>
            </Part>
          ))
        )}
      </article>
      <div className="contents min-w-0 flex-col gap-4 md:sticky md:top-4 md:flex">
        <Options options={options} chosen={label} onChoose={setLabel} onAdd={(name) => { setTyped([...typed, name]) }} />
        <SayFields note={note} score={score} problem={'problem' in number ? number.problem : undefined} noteField={noteField} onNote={setNote} onScore={setScore} />
        <Verdicts
          sound={sound}
          fixing={texts !== undefined}
          canSkip={!busy && !shown.back}
          canSay={!saysNothing}
          onSay={say}
          onFix={() => { setTexts(textsOf(shown.data)) }}
          onSkip={onSkip}
        />
        {children}
      </div>
    </div>
  )
}
