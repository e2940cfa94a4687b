import { Switch as Radix } from 'radix-ui'

export interface SwitchProps {
  id?: string
  checked: boolean
  onChange: (checked: boolean) => void
  label?: string
  disabled?: boolean
}

/** On or off, at once and without a button to save it. Its position says which, not its colour alone. */
export function Switch({ id, checked, onChange, label, disabled }: SwitchProps) {
  return (
    <Radix.Root
      id={id}
      checked={checked}
      onCheckedChange={onChange}
      aria-label={label}
      disabled={disabled}
      className="h-4.5 w-8 shrink-0 rounded-full border border-control-line bg-raised p-px transition-colors disabled:opacity-50 data-[state=checked]:border-accent data-[state=checked]:bg-accent"
    >
      <Radix.Thumb className="block size-3.5 rounded-full bg-control-line transition-transform data-[state=checked]:translate-x-3.5 data-[state=checked]:bg-accent-fg" />
    </Radix.Root>
  )
}
