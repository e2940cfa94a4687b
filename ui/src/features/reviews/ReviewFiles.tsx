import { Download } from 'lucide-react'
import { plural } from '@/core/format'
import { buttonClass } from '@/ui/buttonClass'
import { Panel } from '@/ui/Panel'
import { useReviews, type ReviewsOf } from './useReviews'

/** All reviews as a file; nothing where there is none. */
export function ReviewFiles({ of }: { readonly of: ReviewsOf }) {
  const { data } = useReviews(of, { limit: 1 })
  if (!data || data.items.length + data.held_back === 0) return null
  const at = `/api/v1/projects/${encodeURIComponent(of.project)}/datasets/${encodeURIComponent(of.dataset)}/reviews/file`
  const hidden = data.held_back > 0 ? ` ${plural(data.held_back, 'review')} of others show once you have reviewed those rows.` : ''
  return (
    <Panel title="Reviews" about={`${plural(data.total ?? 0, 'review')} to be seen.${hidden}`}>
      <p className="flex flex-wrap gap-2">
        {['jsonl', 'csv'].map((suffix) => (
          <a key={suffix} className={buttonClass('plain')} href={`${at}?suffix=${suffix}`} download>
            <Download aria-hidden />
            Download {suffix === 'csv' ? 'CSV' : 'JSON Lines'}
          </a>
        ))}
      </p>
    </Panel>
  )
}
