import { render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { expect, it, vi } from 'vitest'
import { Problem } from '@/core/problem'
import { Button } from './Button'
import { Checkbox } from './Checkbox'
import { ErrorPanel } from './ErrorPanel'
import { Field } from './Field'
import { Input } from './Input'
import { Menu, MenuChoice, MenuItem } from './Menu'
import { Pager } from './Pager'
import { Segments } from './Segments'
import { Select } from './Select'
import { Tabs } from './Tabs'

const options = [
  { value: 'a', label: 'Alpha' },
  { value: 'b', label: 'Beta' },
] as const

it('a busy button cannot be pressed again', async () => {
  const press = vi.fn()
  render(
    <Button busy onClick={press}>
      Save
    </Button>,
  )
  await userEvent.click(screen.getByRole('button', { name: 'Save' }))
  expect(press).not.toHaveBeenCalled()
  expect(screen.getByRole('button')).toHaveAttribute('aria-busy', 'true')
})

it('a field is tied to its label, hint and error', () => {
  render(
    <Field label="Name" hint="Letters." error="It is taken.">
      {(control) => <Input {...control} />}
    </Field>,
  )
  const input = screen.getByLabelText('Name')
  expect(input).toBeInvalid()
  expect(input).toHaveAccessibleDescription('Letters. It is taken.')
})

it('a choice is told once it is made', async () => {
  const chosen = vi.fn()
  render(
    <>
      <Select aria-label="Letter" value="a" options={options} onChange={chosen} />
      <Segments label="Segment" value="a" options={options} onChange={chosen} />
    </>,
  )
  await userEvent.selectOptions(screen.getByLabelText('Letter'), 'Beta')
  await userEvent.click(screen.getByRole('radio', { name: 'Beta' }))
  expect(chosen.mock.calls).toEqual([['b'], ['b']])
})

it('a box can be partly checked', () => {
  render(<Checkbox partly aria-label="All rows" />)
  expect(screen.getByRole('checkbox')).toBePartiallyChecked()
})

it('a menu acts and closes', async () => {
  const act = vi.fn()
  const choose = vi.fn()
  render(
    <Menu trigger={<button type="button">More</button>}>
      <MenuChoice label="Letter" value="a" options={options} onChange={choose} />
      <MenuItem onSelect={act}>Delete</MenuItem>
    </Menu>,
  )
  await userEvent.click(screen.getByRole('button', { name: 'More' }))
  expect(screen.getByRole('menuitemradio', { name: 'Alpha' })).toBeChecked()
  await userEvent.click(screen.getByRole('menuitem', { name: 'Delete' }))
  expect(act).toHaveBeenCalledTimes(1)
  expect(screen.queryByRole('menu')).toBeNull()
})

it('tabs are reached by arrows', async () => {
  const chosen = vi.fn()
  render(
    <Tabs label="Views" value="a" tabs={options} onChange={chosen}>
      Rows
    </Tabs>,
  )
  await userEvent.tab()
  await userEvent.keyboard('{ArrowRight}')
  expect(chosen).toHaveBeenCalledWith('b')
})

it('an error says what is wrong, what to do, and every single fault', async () => {
  const retry = vi.fn()
  const at = (what: string) => ({ what, fix: 'Mend it.', file: '', line: 0 })
  render(<ErrorPanel problem={new Problem(422, { what: 'Two faults.', fix: 'See below.', problems: [at('One.'), at('Two.')] })} onRetry={retry} />)
  expect(screen.getAllByRole('listitem').map((one) => one.textContent)).toEqual(['One. Mend it.', 'Two. Mend it.'])
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
  expect(retry).toHaveBeenCalledTimes(1)
})

it('a list that is shown as a whole has no pages', async () => {
  const go = vi.fn()
  const { container, rerender } = render(<Pager start={0} shown={7} total={7} next={null} onStart={go} />)
  expect(container).toBeEmptyDOMElement()
  rerender(<Pager start={100} shown={100} total={1234} next={200} onStart={go} />)
  expect(container).toHaveTextContent('101 to 200 of 1,234')
  await userEvent.click(screen.getByRole('button', { name: 'Earlier' }))
  await userEvent.click(screen.getByRole('button', { name: 'Further' }))
  expect(go.mock.calls).toEqual([[0], [200]])
})
