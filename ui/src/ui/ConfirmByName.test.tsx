import { render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { expect, it, vi } from 'vitest'
import { Problem } from '@/core/problem'
import { ConfirmByName } from './ConfirmByName'

function shown(problem?: Problem) {
  const onConfirm = vi.fn()
  const onOpenChange = vi.fn()
  const rest = { title: 'Delete demo', about: 'All is lost.', name: 'demo', verb: 'Delete', onConfirm, onOpenChange, problem }
  render(<ConfirmByName open {...rest} />)
  return { onConfirm, onOpenChange, field: screen.getByLabelText('Type demo to confirm') }
}

it('does nothing before the name is typed as it is', async () => {
  const { onConfirm, field } = shown()
  expect(field).toHaveFocus()
  await userEvent.type(field, 'Demo{Enter}')
  expect(screen.getByRole('button', { name: 'Delete' })).toBeDisabled()
  expect(onConfirm).not.toHaveBeenCalled()
  await userEvent.clear(field)
  await userEvent.type(field, 'demo{Enter}')
  expect(onConfirm).toHaveBeenCalledTimes(1)
})

it('can be left, and says what the server refuses', async () => {
  const { onConfirm, onOpenChange } = shown(new Problem(409, { what: 'A run is under way.', fix: 'Stop it first.' }))
  expect(screen.getByRole('alert')).toHaveTextContent('A run is under way.Stop it first.')
  await userEvent.click(screen.getByRole('button', { name: 'Keep it' }))
  expect(onOpenChange).toHaveBeenCalledWith(false)
  expect(onConfirm).not.toHaveBeenCalled()
})
