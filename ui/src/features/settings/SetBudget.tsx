import { useState } from 'react'
import { usd } from '@/core/format'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { toast } from '@/ui/toasts'
import { useSetBudget, type ProjectFacts } from './useSettings'

/** Sets both caps of a project; empty is none. */
export function SetBudget({ project, onClose }: { project: ProjectFacts; onClose: () => void }) {
  const [dollars, setDollars] = useState(project.budget_usd === null ? '' : String(project.budget_usd))
  const [tokens, setTokens] = useState(project.budget_tokens === null ? '' : String(project.budget_tokens))
  const set = useSetBudget()
  const values = { usd: dollars.trim() === '' ? null : Number(dollars), tokens: tokens.trim() === '' ? null : Number(tokens) }
  const faults = {
    usd: values.usd === null || (Number.isFinite(values.usd) && values.usd >= 0) ? undefined : 'Give US dollars, such as 25.',
    tokens: values.tokens === null || (Number.isSafeInteger(values.tokens) && values.tokens >= 1) ? undefined : 'Give a whole number from 1 on.',
  }
  const sound = faults.usd === undefined && faults.tokens === undefined
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Budget of ${project.name}`}
      about={`Spent so far: ${usd(project.spent_usd)}. Empty is no cap.`}
      actions={
        <Button look="primary" type="submit" form="set-budget" disabled={!sound} busy={set.isPending}>
          Set budget
        </Button>
      }
    >
      <form
        id="set-budget"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          set.mutate(
            { params: { path: { project: project.name } }, body: values },
            {
              onSuccess: () => {
                onClose()
                toast(`The budget of ${project.name} is set.`)
              },
            },
          )
        }}
      >
        <Field label="US dollars" error={faults.usd}>
          {(control) => <Input {...control} inputMode="decimal" value={dollars} placeholder="none" onChange={(event) => { setDollars(event.target.value) }} />}
        </Field>
        <Field label="Tokens" error={faults.tokens}>
          {(control) => <Input {...control} inputMode="numeric" value={tokens} placeholder="none" onChange={(event) => { setTokens(event.target.value) }} />}
        </Field>
        {set.error && <ErrorPanel problem={asProblem(set.error)} />}
      </form>
    </Dialog>
  )
}
