import { Play } from 'lucide-react'
import { useState } from 'react'
import { capOf } from '@/core/cap'
import { plural, usd } from '@/core/format'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { CapField } from '@/ui/CapField'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { Segments } from '@/ui/Segments'
import { useHotkey } from '@/ui/useHotkey'
import { useSay, type Guide, type Say, type Settings } from './useGuides'

const formats = [
  { value: 'jsonl', label: 'JSON Lines' },
  { value: 'csv', label: 'CSV' },
] as const

export interface MakePanelProps {
  project: string
  guide: Guide
  say: Say
}

/** The last settings: how many rows, which file, the most that it may cost; then all rows are made. */
export function MakePanel({ project, guide, say }: MakePanelProps) {
  const [rows, setRows] = useState(String(guide.rows))
  const [format, setFormat] = useState(guide.format)
  const [cap, setCap] = useState(guide.budget_usd === null ? '' : String(guide.budget_usd))
  const setting = useSay(project, guide.id)
  const wanted = Number(rows)
  const { value: money, problem: badCap } = capOf(cap)
  const badRows = !Number.isSafeInteger(wanted) || wanted < 1
  const stands = guide.phase === 'making'
  const busy = guide.doing !== null || say.isPending || setting.isPending
  const ready = !badRows && badCap === undefined && !busy
  const make = () => {
    if (!ready) return
    const changed: Settings = {
      ...(wanted !== guide.rows && { rows: wanted }),
      ...(format !== guide.format && { format }),
      ...(money !== guide.budget_usd && { budget_usd: money }),
    }
    const go = () => {
      say.mutate(stands ? { goOn: true } : { text: 'continue' })
    }
    if (Object.keys(changed).length === 0) go()
    else setting.mutate({ settings: changed }, { onSuccess: go })
  }
  useHotkey('form.submit', make)
  return (
    <form
      aria-label="Make all rows"
      className="flex flex-col gap-4 rounded-panel border border-line bg-surface p-4"
      onSubmit={(event) => {
        event.preventDefault()
        make()
      }}
    >
      <div className="grid grid-cols-2 gap-4 sm:grid-cols-3">
        <Field label="Rows" error={badRows ? 'Give a whole number from 1 up.' : undefined}>
          {(control) => (
            <Input
              {...control}
              inputMode="numeric"
              disabled={stands}
              value={rows}
              onChange={(event) => {
                setRows(event.target.value.replaceAll(/[\s,]/g, ''))
              }}
            />
          )}
        </Field>
        <CapField cap={cap} onCap={setCap} />
        <div className="flex flex-col gap-1">
          <span className="text-label font-medium">File</span>
          <Segments label="File" value={format} options={formats} onChange={setFormat} />
        </div>
      </div>
      {setting.error && <ErrorPanel problem={asProblem(setting.error)} />}
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" look="primary" size="large" icon={<Play />} disabled={!ready} busy={busy}>
          {stands ? 'Go on' : badRows ? 'Make the rows' : `Make ${plural(wanted, 'row')}`}
        </Button>
        <span className="text-label text-muted tabular-nums">
          {guide.cost_usd === null ? 'No price of this model is known.' : `${usd(guide.cost_usd)} so far; the cap is for the whole talk.`}
        </span>
      </div>
    </form>
  )
}
