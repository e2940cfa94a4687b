import { jinja } from '@codemirror/lang-jinja'
import { MergeView } from '@codemirror/merge'
import { EditorState } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { useEffect, useRef } from 'react'
import { look } from './look'

export interface DiffProps {
  label: string
  old: string
  now: string
}

/** Two texts side by side, with what was taken away and what came. */
export function Diff({ label, old, now }: DiffProps) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!place.current) return undefined
    const side = (doc: string, name: string) => ({
      doc,
      extensions: [
        look,
        jinja(),
        EditorState.readOnly.of(true),
        EditorView.editable.of(false),
        EditorView.contentAttributes.of({ 'aria-label': `${label}, ${name}`, tabindex: '0' }),
      ],
    })
    const view = new MergeView({
      parent: place.current,
      a: side(old, 'before'),
      b: side(now, 'after'),
      collapseUnchanged: { margin: 3, minSize: 6 },
      gutter: false,
    })
    return () => { view.destroy() }
  }, [label, old, now])
  return <div ref={place} className="max-h-[60dvh] overflow-auto rounded-control border border-line [&_.cm-mergeViewEditor+.cm-mergeViewEditor]:border-l [&_.cm-mergeViewEditor]:border-line" />
}
