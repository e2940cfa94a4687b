import type { View } from './views'

/** A turn of a guided talk: what was said or done, what the guide answered, and what it asked then. */
export interface Turn {
  n: number
  kind: string
  said?: unknown
  told: readonly string[]
  question: string
  example: string
}

/** A message of the talk as people read it. */
export interface Message {
  key: string
  who: 'you' | 'guide'
  lines: readonly string[]
  /** What is asked, and an answer that would do. */
  question?: string
  example?: string
}

/** The talk as messages. A question that still stands is not asked again, unless something was said in between. */
export function messages(turns: readonly Turn[], titles: Readonly<Record<string, string>>): Message[] {
  const made: Message[] = []
  let stands = ''
  for (const turn of turns) {
    const { n, told, question, example } = turn
    const yours = saidBy(turn, titles)
    if (yours.length > 0) made.push({ key: `you ${String(n)}`, who: 'you', lines: yours })
    const lines = [...doneBy(turn), ...told]
    const asks = question !== '' && (question !== stands || turn.kind === 'reply' || turn.kind === 'samples')
    if (lines.length > 0 || asks) {
      made.push({ key: `guide ${String(n)}`, who: 'guide', lines, ...(asks && { question, ...(example !== '' && { example }) }) })
    }
    stands = question
  }
  return made
}

/** What a person said or did, in words. */
function saidBy({ kind, said }: Turn, titles: Readonly<Record<string, string>>): string[] {
  const one = (typeof said === 'object' && said !== null ? said : {}) as Record<string, unknown>
  const numbers = Array.isArray(said) ? said.join(', ') : ''
  switch (kind) {
    case 'reply':
      return [words(said)]
    case 'set':
      return Object.entries(one).map(([name, value]) => `${titles[name] ?? name}: ${value === null ? 'open' : words(value)}`)
    case 'edit':
      return [`Sample ${words(one.sample)} is to say what I wrote.`]
    case 'pin':
      return [`Keep ${numbers}`]
    case 'unpin':
      return [`Do not keep ${numbers}`]
    case 'note':
      return [one.sample === null ? `On all: ${words(one.text)}` : `On sample ${words(one.sample)}: ${words(one.text)}`]
    case 'again':
      return [numbers === '' ? 'Make others in place of those that are not kept.' : `Make others in place of ${numbers}.`]
    case 'refine':
      return ['Change the prompt by my notes.']
    case 'overrule':
      return ['Take the change all the same.']
    case 'brief':
      return ['Here is the brief.']
    case 'settings':
      return settings(one)
    default:
      return []
  }
}

const settingNames: Readonly<Record<string, string>> = { rows: 'Rows', format: 'File', budget_usd: 'Cap in USD', name: 'Name' }

function settings(said: Readonly<Record<string, unknown>>): string[] {
  const model = (said.model as { model?: string } | undefined)?.model
  const given = Object.entries(settingNames).flatMap(([name, called]) =>
    name in said && !(name === 'name' && Object.keys(said).length === 1) ? [`${called}: ${said[name] === null ? 'none' : words(said[name])}`] : [],
  )
  return [...given, ...(model === undefined || given.length > 0 ? [] : [`Model: ${model}`])]
}

/** What came of what was under way. */
function doneBy({ kind }: Turn): string[] {
  if (kind === 'samples') return ['The samples are there.']
  if (kind === 'made') return ['The dataset is made.']
  if (kind === 'unanswered') return ['The model gave no answer that can be used.']
  return []
}

function words(said: unknown): string {
  return typeof said === 'string' ? said : typeof said === 'number' ? String(said) : (JSON.stringify(said) ?? '')
}

export interface DiffLine {
  text: string
  how: 'added' | 'removed' | 'place' | 'same'
}

/** The lines of a unified diff, without the names of the files. */
export function diffLines(diff: string): DiffLine[] {
  return diff
    .split('\n')
    .filter((line, index, all) => !/^(---|\+\+\+)/.test(line) && !(line === '' && index === all.length - 1))
    .map((line) => {
      if (line.startsWith('@@')) return { text: line, how: 'place' }
      if (line.startsWith('+')) return { text: line.slice(1), how: 'added' }
      if (line.startsWith('-')) return { text: line.slice(1), how: 'removed' }
      return { text: line.startsWith(' ') ? line.slice(1) : line, how: 'same' }
    })
}

/** What to do about something that broke off, where the button that does it stands. */
export function fixHere(fix: string): string {
  return fix.includes('rowsmith guide') ? 'Go on, and nothing is paid for twice; where the cap was reached, give it more first.' : fix
}

/** What stands beside the talk where nobody chose. */
export function viewOf(phase: string): Exclude<View, 'talk'> {
  return phase === 'checklist' || phase === 'summary' ? 'brief' : 'samples'
}
