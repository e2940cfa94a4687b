import { count } from '@/core/format'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { useImport, useSamples } from './useImports'

export interface OpenSampleProps {
  project: string
  onStarted: (run: string) => void
}

/** One click to a dataset that ships with Rowsmith. */
export function OpenSample({ project, onStarted }: OpenSampleProps) {
  const sample = useSamples().data?.items[0]
  const start = useImport(project)
  return (
    <>
      <Button
        disabled={sample === undefined}
        busy={start.isPending}
        onClick={() => {
          if (sample) start.mutate({ files: [`sample:${sample.name}`], into: 'sample', commit: true }, { onSuccess: ({ run }) => { onStarted(run) } })
        }}
      >
        Open the sample
      </Button>
      {start.error && (
        <div className="w-full">
          <ErrorPanel problem={asProblem(start.error)} />
        </div>
      )}
    </>
  )
}

/** What the sample is, in the server's words. */
export function SampleAbout() {
  const sample = useSamples().data?.items[0]
  if (!sample) return 'A dataset that ships with Rowsmith.'
  return `${count(sample.rows)} rows, no model and no key needed. ${sample.about}`
}
