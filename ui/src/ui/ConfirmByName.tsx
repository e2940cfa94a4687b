import { useState, type ReactNode } from 'react'
import type { Problem } from '@/core/problem'
import { Button } from './Button'
import { Dialog } from './Dialog'
import { ErrorPanel } from './ErrorPanel'
import { Field } from './Field'
import { Input } from './Input'

export interface ConfirmByNameProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** What is done, with its object: Delete project "demo". */
  title: string
  /** What is lost, and what is not. */
  about: ReactNode
  /** What has to be typed. */
  name: string
  verb: string
  busy?: boolean
  problem?: Problem | undefined
  onConfirm: () => void
}

/** Asks for a name to be typed before something is done that cannot be undone. */
export function ConfirmByName({ open, onOpenChange, ...rest }: ConfirmByNameProps) {
  // What was typed goes with the dialog when it is closed.
  return <>{open && <Asking open={open} onOpenChange={onOpenChange} {...rest} />}</>
}

function Asking({ open, onOpenChange, title, about, name, verb, busy = false, problem, onConfirm }: ConfirmByNameProps) {
  const [typed, setTyped] = useState('')
  const right = typed === name
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title}
      about={about}
      actions={
        <>
          <Button
            onClick={() => {
              onOpenChange(false)
            }}
          >
            Keep it
          </Button>
          <Button look="danger" type="submit" form="confirm-by-name" disabled={!right} busy={busy}>
            {verb}
          </Button>
        </>
      }
    >
      <form
        id="confirm-by-name"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (right && !busy) onConfirm()
        }}
      >
        <Field label={`Type ${name} to confirm`}>
          {(control) => (
            <Input
              {...control}
              value={typed}
              onChange={(event) => {
                setTyped(event.target.value)
              }}
            />
          )}
        </Field>
        {problem && <ErrorPanel problem={problem} />}
      </form>
    </Dialog>
  )
}
