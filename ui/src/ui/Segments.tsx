import { RadioGroup } from 'radix-ui'
import type { ReactNode } from 'react'

export interface SegmentsProps<T extends string> {
  label: string
  value: T
  options: readonly { value: T; label: string; icon?: ReactNode }[]
  onChange: (value: T) => void
}

/** One of two to four choices, all of them in sight. */
export function Segments<T extends string>({ label, value, options, onChange }: SegmentsProps<T>) {
  return (
    <RadioGroup.Root
      aria-label={label}
      value={value}
      onValueChange={(chosen) => {
        const found = options.find((option) => option.value === chosen)
        if (found) onChange(found.value)
      }}
      orientation="horizontal"
      className="inline-flex h-7 w-fit items-stretch rounded-control border border-control-line bg-surface p-px"
    >
      {options.map((option) => (
        <RadioGroup.Item
          key={option.value}
          value={option.value}
          className="flex items-center gap-1.5 rounded-[3px] px-2.5 text-label text-muted transition-colors hover:text-fg data-[state=checked]:bg-selected data-[state=checked]:font-medium data-[state=checked]:text-accent [&_svg]:size-3.5"
        >
          {option.icon}
          {option.label}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  )
}
