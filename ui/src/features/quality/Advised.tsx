import { Trash2, Wrench } from 'lucide-react'
import { useState } from 'react'
import { plural } from '@/core/format'
import { markOf, removes, type Assessed } from '@/core/quality'
import { Button } from '@/ui/Button'
import { Command } from '@/ui/Command'
import { Panel } from '@/ui/Panel'
import type { MarkLink } from './marks'
import { FixDialog } from './FixDialog'
import { RemoveDialog } from './RemoveDialog'
import type { QualityOf } from './useQuality'

interface Props {
  readonly of: QualityOf
  readonly found: Assessed
  /** The branch still is what was checked. */
  readonly newest: boolean
  readonly markLink: MarkLink
}

/** What says the same as another row, or as an evaluation set, is not wrong in itself. */
const canRepair = (why: string): boolean => !/duplicates|contamination/.test(why)

/** What would make the dataset better, the worst first, each with its act. */
export function Advised({ of, found, newest, markLink }: Props) {
  const [asked, setAsked] = useState<{ act: 'remove' | 'fix'; why: string; rows: number }>()
  if (found.recommendations.length === 0) return null
  return (
    <Panel title="What to do" about={newest ? undefined : 'The dataset has a newer version: check that first, then act on what is found there.'}>
      <ul className="divide-y divide-line rounded-panel border border-line bg-surface">
        {found.recommendations.map(({ what, rows, command }) => {
          const why = removes({ command })
          return (
            <li key={command} className="flex flex-col gap-2 px-3 py-2">
              <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
                <p className="min-w-0 flex-1 basis-60">{what}</p>
                <div className="flex flex-wrap items-center gap-2">
                  {why === undefined
                    ? <span className="text-muted tabular-nums">{plural(rows, 'row')}</span>
                    : markLink(markOf(found.run, 'flag', why), `Show ${plural(rows, 'row')}`, { className: 'text-accent underline-offset-2 hover:underline tabular-nums' })}
                  {why !== undefined && newest && (
                    <>
                      {canRepair(why) && <Button icon={<Wrench />} onClick={() => { setAsked({ act: 'fix', why, rows }) }}>Repair</Button>}
                      <Button icon={<Trash2 />} onClick={() => { setAsked({ act: 'remove', why, rows }) }}>Remove</Button>
                    </>
                  )}
                </div>
              </div>
              {why === undefined && <Command text={command} />}
            </li>
          )
        })}
      </ul>
      {asked?.act === 'remove' && <RemoveDialog of={of} run={found.run} why={asked.why} rows={asked.rows} onClose={() => { setAsked(undefined) }} />}
      {asked?.act === 'fix' && <FixDialog of={of} run={found.run} why={asked.why} rows={asked.rows} onClose={() => { setAsked(undefined) }} />}
    </Panel>
  )
}
