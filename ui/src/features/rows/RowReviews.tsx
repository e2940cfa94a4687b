import { moment } from '@/core/format'
import { toText } from '@/core/grid/values'
import type { CellValue } from '@/core/grid/source'
import { Badge } from '@/ui/Badge'
import { Part } from './Part'

type Review = Readonly<Record<string, unknown>>

const tones = { accept: 'ok', reject: 'bad' } as const

/** What people think of a row. A review of what the row said before says so. */
export function RowReviews({ reviews }: { readonly reviews: readonly Review[] }) {
  if (reviews.length === 0) return null
  return (
    <Part title="Reviews">
      <ul className="flex flex-col gap-2">
        {reviews.map((review, n) => (
          <li key={n} className="flex flex-wrap items-center gap-x-2 gap-y-1">
            {typeof review['verdict'] === 'string' && review['verdict'] && (
              <Badge tone={tones[review['verdict'] as keyof typeof tones] ?? 'neutral'}>{review['verdict']}</Badge>
            )}
            {typeof review['score'] === 'number' && <span className="tabular-nums">{review['score']}</span>}
            {typeof review['label'] === 'string' && <Badge>{review['label']}</Badge>}
            <span className="text-muted">{String(review['reviewer'] ?? review['author'] ?? review['by'] ?? 'someone')}</span>
            {typeof review['at'] === 'number' && <span className="text-muted">{moment(new Date(review['at'] * 1000))}</span>}
            {review['current'] === false && <Badge tone="warn">of an earlier text</Badge>}
            {typeof review['note'] === 'string' && <p className="basis-full break-words">{review['note']}</p>}
            {typeof review['values'] === 'object' && review['values'] !== null && (
              <p className="basis-full font-mono text-mono break-words">{toText(review['values'] as CellValue)}</p>
            )}
          </li>
        ))}
      </ul>
    </Part>
  )
}
