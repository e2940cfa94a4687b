import { lazy, Suspense } from 'react'
import type { DiffProps } from './editor/Diff'
import type { EditorProps } from './editor/props'

export type { Mark, Word } from './editor/props'

const Editor = lazy(() => import('./editor/Editor').then(({ Editor }) => ({ default: Editor })))
const Diff = lazy(() => import('./editor/Diff').then(({ Diff }) => ({ default: Diff })))

/** The editor, which comes when it is first needed; until then the text can be read. */
export function CodeEditor(props: EditorProps) {
  return (
    <Suspense fallback={<pre className="min-h-16 overflow-x-auto rounded-control border border-line p-2 font-mono text-mono whitespace-pre-wrap">{props.value}</pre>}>
      <Editor {...props} />
    </Suspense>
  )
}

/** Two texts side by side. */
export function TextDiff(props: DiffProps) {
  return (
    <Suspense fallback={<p className="text-label text-muted">Comparing</p>}>
      <Diff {...props} />
    </Suspense>
  )
}
