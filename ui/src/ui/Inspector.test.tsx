import { render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { beforeEach, expect, it } from 'vitest'
import { setShell, shell } from '@/core/shell'
import { Inspector, InspectorPlace } from './Inspector'

beforeEach(() => {
  document.body.replaceChildren()
  setShell({ inspector: true })
})

it('shows in its place until it is hidden, and stays hidden', async () => {
  const place = document.body.appendChild(document.createElement('div'))
  render(
    <InspectorPlace value={place}>
      <Inspector title="Row 7">All of it</Inspector>
    </InspectorPlace>,
  )
  expect(place).toHaveTextContent('Row 7All of it')
  await userEvent.click(screen.getByRole('button', { name: 'Hide the inspector' }))
  expect(place).toBeEmptyDOMElement()
  expect(shell.get().inspector).toBe(false)
})
