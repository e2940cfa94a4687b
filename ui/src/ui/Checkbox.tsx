import { clsx } from 'clsx'
import { useEffect, useRef, type ComponentPropsWithoutRef } from 'react'

export interface CheckboxProps extends Omit<ComponentPropsWithoutRef<'input'>, 'type' | 'onChange'> {
  /** Some of what it stands for is chosen, and some is not. */
  partly?: boolean
  onChange?: (checked: boolean) => void
}

export function Checkbox({ partly = false, onChange, className, ...rest }: CheckboxProps) {
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (box.current) box.current.indeterminate = partly
  }, [partly])
  return (
    <input
      ref={box}
      {...rest}
      type="checkbox"
      onChange={(event) => onChange?.(event.target.checked)}
      className={clsx('size-3.5 shrink-0 accent-accent', className)}
    />
  )
}
