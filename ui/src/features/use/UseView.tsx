import { asProblem } from '@/core/problem'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { SkeletonList } from '@/ui/Skeleton'
import { ExportPanel } from './ExportPanel'
import { ProofPanel } from './ProofPanel'
import { PushPanel } from './PushPanel'
import { SplitPanel } from './SplitPanel'
import { useColumns, useFormats, type UseOf } from './useUse'

export interface UseViewProps {
  readonly of: UseOf
  /** The format that is looked at. */
  readonly format: string | undefined
  onFormat(format: string): void
}

/** How a dataset leaves: as a file that its consumer will keep, in parts, to a hub or to people, with what it rests on. */
export function UseView({ of, format, onFormat }: UseViewProps) {
  const { formats, error, refetch } = useFormats()
  const { columns, error: wrong } = useColumns(of)
  const problem = error ?? wrong
  if (problem) return <ErrorPanel problem={asProblem(problem)} onRetry={() => void refetch()} />
  if (!formats || !columns) return <SkeletonList label="Loading formats" />
  return (
    <>
      <ExportPanel of={of} formats={formats} columns={columns} format={format} onFormat={onFormat} />
      <SplitPanel of={of} columns={columns} />
      <PushPanel of={of} />
      <ProofPanel of={of} />
    </>
  )
}
