import { Command } from './Command'

export interface WaysProps {
  ways: readonly { title: string; about: string; command: string }[]
}

/** Ways to begin, each with the command that takes it. */
export function Ways({ ways }: WaysProps) {
  return (
    <ul className="mt-4 flex flex-col gap-2 text-left">
      {ways.map((way) => (
        <li key={way.title} className="flex flex-col gap-1 rounded-panel border border-line bg-surface p-3">
          <h3 className="font-medium text-fg">{way.title}</h3>
          <p>{way.about}</p>
          <Command text={way.command} />
        </li>
      ))}
    </ul>
  )
}
