import type { CellValue } from '@/core/grid/source'

export function JsonView({ value }: { readonly value: CellValue }) {
  return <pre className="overflow-x-auto font-mono text-mono break-words whitespace-pre-wrap">{JSON.stringify(value, null, 2)}</pre>
}
