import { compact, duration, usd } from '@/core/format'
import type { Quote, Range } from './useRecipes'

const figures: readonly { name: string; of: (quote: Quote) => Range | null; say: (value: number) => string; unknown: string }[] = [
  { name: 'Rows kept', of: (quote) => quote.rows, say: compact, unknown: 'unknown' },
  { name: 'Calls', of: (quote) => quote.calls, say: compact, unknown: 'unknown' },
  { name: 'Tokens in', of: (quote) => quote.tokens_in, say: compact, unknown: 'unknown' },
  { name: 'Tokens out', of: (quote) => quote.tokens_out, say: compact, unknown: 'unknown' },
  { name: 'Money', of: (quote) => quote.cost_usd, say: usd, unknown: 'no price known' },
  { name: 'Time', of: (quote) => quote.seconds, say: duration, unknown: 'unknown' },
]

/** What a recipe will come to: low, expected and high of each figure, and what they rest on. */
export function QuoteTable({ quote }: { quote: Quote }) {
  return (
    <div className="flex flex-col gap-2">
      <table aria-label="Quote" className="w-full border-collapse tabular-nums">
        <thead>
          <tr className="border-b border-line text-label text-muted">
            <td className="py-1" />
            {['Low', 'Expected', 'High'].map((title) => (
              <th key={title} scope="col" className="py-1 pl-2 text-right font-medium">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {figures.map(({ name, of, say, unknown }) => {
            const range = of(quote)
            return (
              <tr key={name} className="border-b border-line last:border-b-0">
                <th scope="row" className="py-1 text-left font-normal whitespace-nowrap text-muted">
                  {name}
                </th>
                {range ? (
                  <>
                    <td className="py-1 pl-2 text-right whitespace-nowrap text-muted">{say(range.low)}</td>
                    <td className="py-1 pl-2 text-right font-medium whitespace-nowrap">{say(range.mid)}</td>
                    <td className="py-1 pl-2 text-right whitespace-nowrap text-muted">{say(range.high)}</td>
                  </>
                ) : (
                  <td colSpan={3} className="py-1 pl-2 text-right text-muted">
                    {unknown}
                  </td>
                )}
              </tr>
            )
          })}
        </tbody>
      </table>
      {quote.notes.length > 0 && (
        <ul className="flex list-disc flex-col gap-0.5 pl-4 text-label text-muted">
          {quote.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </div>
  )
}
