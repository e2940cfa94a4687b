import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { NO_ROWS } from '@/core/grid/selection'
import { changeView, moveView, sayingSort, sortOf, type RowsSearch } from '@/core/rows/search'
import { setShell } from '@/core/shell'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Grid } from '@/ui/grid/Grid'
import type { GridAct, GridHandle, GridTarget } from '@/ui/grid/props'
import { SkeletonList } from '@/ui/Skeleton'
import { useLayout, useRowHeight } from './kept'
import { Bulk } from './Bulk'
import { CommitButton } from './CommitButton'
import { NoRows } from './NoRows'
import { RowDrawer } from './RowDrawer'
import { isRun, type RowsOf } from './source'
import { StatusLine } from './StatusLine'
import { Toolbar } from './Toolbar'
import { useEdits } from './useEdits'
import { useRefs } from './useRefs'
import { keyOf, useView } from './useView'

export interface RowsViewProps {
  readonly of: RowsOf
  readonly search: RowsSearch
  /** `stays`: the same view at another place, no step to come back to. */
  onSearch(search: RowsSearch, stays: boolean): void
  /** What else can be done with the row that is open. */
  more?(row: string): ReactNode
}

/** The rows of a dataset, or of a run while it goes on: found, looked at, edited. All that is chosen stands in the address. */
export function RowsView({ of, search, onSearch, more }: RowsViewProps) {
  const { view, scores, waiting, problem, retry } = useView(of, search)
  const refs = useRefs(of)
  const onBranch = search.ref === undefined || refs.data?.items.some(({ name, kind }) => name === search.ref && kind === 'branch') === true
  const canEdit = !isRun(of.dataset) && onBranch
  const grid = useRef<GridHandle>(null)
  const counted = useRef(false)
  const [total, setTotal] = useState<number | null>(null)
  const [selection, setSelection] = useState(NO_ROWS)
  const [height] = useRowHeight()
  const found = view?.columns
  const columns = useMemo(() => (found ?? []).map((column) => (canEdit ? column : { ...column, editable: false })), [found, canEdit])
  const [layout, setLayout] = useLayout(of, columns)
  const edits = useEdits(of, search, total, scores, canEdit)
  const refresh = () => { grid.current?.refresh() }
  const [tagging, setTagging] = useState<string | null>(null)

  const change = (changed: Parameters<typeof changeView>[1]) => { onSearch(changeView(search, changed), false) }
  const clear = () => { change({ where: undefined, search: undefined, marked: undefined, sample: undefined }) }
  const placed = search.place ?? view?.first.items.findIndex(({ id }) => id === search.row)
  const place = placed === undefined || placed < 0 ? undefined : placed

  const open = (row: string, at: number) => {
    setShell({ inspector: true })
    onSearch(moveView(search, { row, place: at }), search.row !== undefined)
  }
  const close = () => {
    onSearch(moveView(search, { row: undefined, place: undefined }), false)
    grid.current?.focus()
  }
  const step = async (by: 1 | -1) => {
    if (place === undefined) return
    const id = await grid.current?.idAt(place + by)
    if (id === undefined) return
    grid.current?.goTo(place + by)
    open(id, place + by)
  }
  const act = (name: GridAct, { row, id }: GridTarget) => {
    if (name === 'leave' && search.row !== undefined) close()
    else if (name === 'tag' && edits && id !== undefined) setTagging(id)
    else if (name !== 'leave' && id !== undefined) open(id, row)
  }

  const key = view && keyOf(view.search)
  const shownKey = useRef(key)
  useEffect(() => {
    if (shownKey.current !== null && key !== null && shownKey.current !== key) grid.current?.goTo(search.place ?? search.at ?? 0)
    shownKey.current = key
  }, [key, search.place, search.at])

  return (
    <div className="flex h-full min-h-0 flex-col">
      <Toolbar of={of} search={search} columns={columns} layout={layout} onLayout={setLayout} refused={problem?.status === 422} onChange={change}>
        {canEdit && <CommitButton of={of} version={search.ref} onChanged={refresh} />}
      </Toolbar>
      {problem && <div className="px-4 pb-2 sm:px-6"><ErrorPanel problem={problem} {...(problem.status !== 422 && { onRetry: retry })} /></div>}
      {!view && waiting && <SkeletonList lines={12} label="Loading rows" />}
      {view && (
        <>
          <StatusLine search={search} total={total} unknown={view.first.unknown} />
          {columns.length === 0 ? (
            <NoRows search={search} onClear={clear} />
          ) : (
            <div className="min-h-0 flex-1 border-t border-line" aria-busy={waiting}>
              <Grid
                key={view.opening}
                handle={grid}
                label={`Rows of ${of.dataset}`}
                columns={columns}
                source={view.source}
                {...(edits && { edits })}
                layout={layout}
                onLayout={setLayout}
                selection={selection}
                onSelection={setSelection}
                sort={sortOf(search.sort)}
                onSort={(sort) => { change({ sort: sayingSort(sort) }) }}
                rowHeight={height}
                start={{ row: search.place ?? search.at ?? 0, column: '' }}
                onTotal={(now) => {
                  counted.current = now !== null
                  setTotal(now)
                }}
                onAnchor={(top) => { if (counted.current && top !== (search.at ?? 0)) onSearch(moveView(search, { at: top || undefined }), true) }}
                onAct={act}
                empty={<NoRows search={search} onClear={clear} />}
              />
            </div>
          )}
          {edits && (
            <Bulk
              columns={columns}
              edits={edits}
              selection={selection}
              total={total}
              source={view.source}
              tagging={tagging}
              onTagged={() => { setTagging(null) }}
              onSelection={setSelection}
              onChanged={refresh}
            />
          )}
        </>
      )}
      {search.row !== undefined && (
        <RowDrawer
          of={of}
          version={search.ref}
          row={search.row}
          place={place}
          total={total}
          columns={columns}
          edits={edits}
          more={more?.(search.row)}
          onStep={(by) => void step(by)}
          onClose={close}
          onEdited={refresh}
        />
      )}
    </div>
  )
}
