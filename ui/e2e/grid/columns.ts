import type { GridColumn, Histogram } from '@/core/grid/source'

const histogram: Histogram = {
  bins: Array.from({ length: 10 }, (_, n) => ({ label: `${n / 10}–${(n + 1) / 10}`, count: 40_000 + 15_000 * ((n * 7) % 10) })),
}

/** One column of each kind, and enough numbers for more than fifty. */
export const columns: readonly GridColumn[] = [
  { name: 'question', kind: 'text', label: 'Question', editable: true, sortable: true },
  { name: 'score', kind: 'score', label: 'Score', editable: true, sortable: true, histogram },
  { name: 'done', kind: 'boolean', label: 'Done', editable: true },
  { name: 'tags', kind: 'tags', label: 'Tags', editable: true },
  { name: 'chat', kind: 'chat', label: 'Chat', editable: true },
  { name: 'pair', kind: 'preference', label: 'Preference', editable: true },
  { name: 'picture', kind: 'image', label: 'Picture' },
  { name: 'meta', kind: 'json', label: 'Facts', editable: true },
  { name: 'tokens', kind: 'number', label: 'Tokens', editable: true, sortable: true, histogram },
  ...Array.from({ length: 46 }, (_, n): GridColumn => ({ name: `m${n}`, kind: 'number', editable: true, sortable: true })),
]
