import { Download } from 'lucide-react'
import type { ReactNode } from 'react'
import { count, usd } from '@/core/format'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { Command } from '@/ui/Command'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Facts } from '@/ui/Facts'
import { Panel } from '@/ui/Panel'
import { useDownload, type Guide } from './useGuides'

export interface MadePanelProps {
  project: string
  guide: Guide
  datasetLink: (dataset: string) => ReactNode
  runLink: (run: string) => ReactNode
}

const formats: Readonly<Record<string, string>> = { jsonl: 'input-answer', csv: 'input-answer-csv' }

/** What has come of a talk: its rows, as a dataset and as a file. */
export function MadePanel({ project, guide, datasetLink, runLink }: MadePanelProps) {
  const download = useDownload(project)
  const { made, rows, format, cost_usd } = guide
  if (!made) return null
  const { dataset } = made
  return (
    <Panel title="The dataset is made" about={made.reason === '' ? undefined : made.reason}>
      <Facts
        facts={[
          { label: 'Rows', value: count(made.rows), note: made.rows < rows ? `of ${count(rows)} that were asked for` : undefined },
          { label: 'Cost', value: cost_usd === null ? 'no price known' : usd(cost_usd) },
          { label: 'Run', value: runLink(made.run) },
        ]}
      />
      {dataset !== null && dataset !== undefined && (
        <>
          <div className="flex flex-wrap items-center gap-2">
            {datasetLink(dataset)}
            <Button
              size="large"
              icon={<Download />}
              busy={download.isPending}
              onClick={() => {
                download.mutate({ dataset, format: formats[format] ?? 'jsonl', file: `${dataset}.${format}` })
              }}
            >
              Download {format === 'csv' ? 'CSV' : 'JSON Lines'}
            </Button>
          </div>
          {download.error && <ErrorPanel problem={asProblem(download.error)} />}
          <p className="text-label text-muted">The same from the terminal:</p>
          <Command text={`rowsmith export ${dataset} --as ${formats[format] ?? 'jsonl'} -o ${dataset}.${format}`} />
        </>
      )}
    </Panel>
  )
}
