import { EditorView } from '@codemirror/view'
import { render, screen } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { Editor } from './Editor'

const view = () => {
  const found = EditorView.findFromDOM(screen.getByRole('textbox', { name: 'Text' }))
  if (!found) throw new Error('There is no editor.')
  return found
}
const type = (insert: string) => {
  const { doc } = view().state
  view().dispatch({ changes: { from: doc.length, insert } })
}

it('tells what is typed, and shows what is given', () => {
  const onChange = vi.fn()
  const { rerender } = render(<Editor label="Text" language="jinja" value="one" onChange={onChange} />)
  rerender(<Editor label="Text" language="jinja" value="two" onChange={onChange} />)
  expect(view().state.doc.toString()).toBe('two')
  expect(onChange).not.toHaveBeenCalled()
  type('!')
  expect(onChange).toHaveBeenCalledWith('two!')
})

it('takes back nothing that was typed while an earlier state of it is on its way', () => {
  const { rerender } = render(<Editor label="Text" language="jinja" value="a" onChange={vi.fn()} />)
  type('b')
  type('c')
  rerender(<Editor label="Text" language="jinja" value="ab" onChange={vi.fn()} />)
  expect(view().state.doc.toString()).toBe('abc')
  rerender(<Editor label="Text" language="jinja" value="abc" onChange={vi.fn()} />)
  rerender(<Editor label="Text" language="jinja" value="other" onChange={vi.fn()} />)
  expect(view().state.doc.toString()).toBe('other')
})

it('cannot be typed into where it is only read', () => {
  render(<Editor label="Text" language="yaml" value="a: 1" readOnly />)
  expect(screen.getByRole('textbox', { name: 'Text' })).toHaveAttribute('contenteditable', 'false')
})
