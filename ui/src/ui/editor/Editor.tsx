import { autocompletion, closeBrackets, completionKeymap, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { jinja } from '@codemirror/lang-jinja'
import { json } from '@codemirror/lang-json'
import { yaml } from '@codemirror/lang-yaml'
import { bracketMatching } from '@codemirror/language'
import { setDiagnostics } from '@codemirror/lint'
import { searchKeymap } from '@codemirror/search'
import { Annotation, Compartment, EditorState } from '@codemirror/state'
import { EditorView, keymap, placeholder as placeholderText } from '@codemirror/view'
import { useEffect, useEffectEvent, useRef } from 'react'
import { look } from './look'
import type { EditorProps } from './props'

const languages = { jinja, json, yaml }
// Ctrl+Enter sends or saves; Tab goes on to the next field.
const keys = [...completionKeymap, ...defaultKeymap, ...historyKeymap, ...searchKeymap].filter(({ key }) => key !== 'Mod-Enter')

const none: readonly never[] = []
const given = Annotation.define<boolean>()

/** A text that is written as a program is: with colours, completion and what may be wrong marked where it stands. */
export function Editor({ label, value, language, readOnly = false, placeholder = '', words = none, marks = none, onChange }: EditorProps) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  /** What was typed here and does not stand in `value` yet: it comes back as `value` and is no news then. */
  const told = useRef<string[]>([])
  const changed = useEffectEvent((text: string) => {
    told.current.push(text)
    onChange?.(text)
  })
  const complete = useEffectEvent((context: CompletionContext): CompletionResult | null => {
    const before = context.matchBefore(/\{\{\s*\w*/)
    if (!before || (words.length === 0)) return null
    const typed = /\w*$/.exec(before.text)?.[0] ?? ''
    const others = words.filter((word) => word.label !== typed)
    return { from: before.to - typed.length, options: others.map(({ label: word, detail = '' }) => ({ label: word, detail, type: 'variable' })) }
  })
  const create = useEffectEvent((parent: HTMLDivElement, locked: Compartment) => {
    return new EditorView({
      parent,
      state: EditorState.create({
        doc: value,
        extensions: [
          look,
          history(),
          bracketMatching(),
          closeBrackets(),
          languages[language](),
          autocompletion(language === 'jinja' ? { override: [(context) => complete(context)] } : {}),
          keymap.of(keys),
          locked.of([]),
          placeholderText(placeholder),
          EditorView.contentAttributes.of({ 'aria-label': label }),
          EditorView.updateListener.of((update) => {
            const own = !update.transactions.some((one) => one.annotation(given) === true)
            if (update.docChanged && own) changed(update.state.doc.toString())
          }),
        ],
      }),
    })
  })
  const lock = useRef(new Compartment())

  useEffect(() => {
    if (!place.current) return undefined
    const made = create(place.current, lock.current)
    view.current = made
    return () => {
      made.destroy()
      view.current = null
    }
  }, [language, label])

  useEffect(() => {
    const editable = readOnly ? [EditorState.readOnly.of(true), EditorView.editable.of(false), EditorView.contentAttributes.of({ tabindex: '0' })] : []
    view.current?.dispatch({ effects: lock.current.reconfigure(editable) })
  }, [readOnly, language, label])

  useEffect(() => {
    const now = view.current
    const at = told.current.lastIndexOf(value)
    told.current.splice(0, at + 1)
    if (!now || at >= 0 || now.state.doc.toString() === value) return
    told.current = []
    now.dispatch({ changes: { from: 0, to: now.state.doc.length, insert: value }, annotations: given.of(true) })
  }, [value])

  useEffect(() => {
    const now = view.current
    if (!now) return
    const end = now.state.doc.length
    const shown = marks.map(({ from, to, severity, message }) => ({ from: Math.min(from, end), to: Math.min(to, end), severity, message }))
    now.dispatch(setDiagnostics(now.state, shown))
  }, [marks])

  return <div ref={place} className="min-h-16 overflow-hidden rounded-control border border-control-line [&_.cm-editor]:max-h-[60dvh] [&_.cm-editor]:min-h-16" />
}
