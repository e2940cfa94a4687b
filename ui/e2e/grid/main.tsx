import { setNonce } from 'get-nonce'
import { StrictMode, useMemo, useRef, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { EMPTY_LAYOUT, fitLayout, pinColumn } from '@/core/grid/columns'
import type { RowHeight } from '@/core/grid/scroll'
import { NO_ROWS, selectionInWords } from '@/core/grid/selection'
import type { GridSort } from '@/core/grid/source'
import { Grid } from '@/ui/grid/Grid'
import type { GridHandle } from '@/ui/grid/props'
import '@/ui/theme.css'
import { columns } from './columns'
import { edits, view } from './rows'
import './page.css'

setNonce(document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.content ?? '')

const HEIGHTS: readonly RowHeight[] = [28, 32, 56, 96]
const start = Number(new URLSearchParams(location.search).get('start') ?? 0)

function Page() {
  const [layout, setLayout] = useState(() => pinColumn(fitLayout(EMPTY_LAYOUT, columns), 'question', true))
  const [selection, setSelection] = useState(NO_ROWS)
  const [sort, setSort] = useState<GridSort | null>(null)
  const [matching, setMatching] = useState('')
  const [rowHeight, setRowHeight] = useState<RowHeight>(28)
  const [total, setTotal] = useState<number | null>(null)
  const [acted, setActed] = useState('')
  const grid = useRef<GridHandle>(null)
  const source = useMemo(() => view(matching, sort ? `${sort.column}:${sort.descending ? 'down' : 'up'}` : ''), [matching, sort])
  return (
    <main>
      <h1>Grid</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          grid.current?.goTo(Number(new FormData(event.currentTarget).get('row')) - 1)
          grid.current?.focus()
        }}
      >
        <label>Row <input name="row" /></label>
        <button type="submit">Go</button>
        <button type="button" onClick={() => { setMatching(matching ? '' : 'few') }}>Filter</button>
        <button type="button" onClick={() => { setRowHeight(HEIGHTS[(HEIGHTS.indexOf(rowHeight) + 1) % HEIGHTS.length] ?? 28) }}>Taller</button>
        <output id="selection">{selectionInWords(selection, total)}</output>
        <output id="acted">{acted}</output>
      </form>
      <Grid
        handle={grid}
        label="Rows"
        columns={columns}
        source={source}
        edits={edits}
        layout={layout}
        onLayout={setLayout}
        selection={selection}
        onSelection={setSelection}
        sort={sort}
        onSort={setSort}
        rowHeight={rowHeight}
        start={{ row: start, column: 'question' }}
        onTotal={setTotal}
        onAct={(act, { row, column }) => { setActed(`${act} ${row} ${column}`) }}
        onPickBin={(column, bin) => { setActed(`bin ${column} ${bin}`) }}
      />
    </main>
  )
}

const root = document.getElementById('root')
if (!root) throw new Error('The page has no root.')
createRoot(root).render(<StrictMode><Page /></StrictMode>)
