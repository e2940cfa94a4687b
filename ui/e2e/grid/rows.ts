import type { ChangeOutcome, GridEdits, GridPage, GridRow, GridSource, JournalStep } from '@/core/grid/source'

async function ask<T>(path: string, signal?: AbortSignal, body?: unknown): Promise<T> {
  const answer = await fetch(path, {
    ...(signal && { signal }),
    ...(body !== undefined && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`)
  return (await answer.json()) as T
}

/** A view of the rows of the test's server. */
export function view(matching: string, order: string): GridSource {
  const query = `matching=${matching}&order=${order}`
  return {
    matching,
    page: (start, limit, signal) => ask<GridPage>(`/rows?${query}&start=${start}&limit=${limit}`, signal),
    row: (id, signal) => ask<GridRow>(`/row?id=${id}`, signal),
    find: (text, from, backwards, signal) =>
      ask(`/find?${query}&text=${encodeURIComponent(text)}&row=${from.row}&column=${from.column}&backwards=${backwards}`, signal),
  }
}

export const edits: GridEdits = {
  change: (changes) => ask<ChangeOutcome[]>('/change', undefined, changes),
  remove: ({ all, rows }) => ask<JournalStep>('/remove', undefined, { all, rows: [...rows] }),
  undo: () => ask<JournalStep | null>('/undo', undefined, {}),
  redo: () => ask<JournalStep | null>('/redo', undefined, {}),
}
