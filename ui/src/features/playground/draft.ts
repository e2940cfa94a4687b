import { EMPTY_DRAFT, type Draft } from '@/core/playground'
import { shaped, stored } from '@/core/stored'
import { useStored } from '@/ui/useStored'

type Drafts = Readonly<Record<string, Draft>>
const isDraft = shaped<Draft>({ text: 'string', system: 'string', values: 'object', urls: 'object' })

/** What is typed in the playground of each project: kept by the browser, since nobody else needs it. */
const drafts = stored<Drafts>('rowsmith.playground', {}, (found): found is Drafts =>
  typeof found === 'object' && found !== null && Object.values(found).every(isDraft))

export function useDraft(project: string): [Draft, (change: Partial<Draft>) => void] {
  const [kept, set] = useStored(drafts)
  const draft = kept[project] ?? EMPTY_DRAFT
  return [draft, (change) => { set({ ...drafts.get(), [project]: { ...(drafts.get()[project] ?? EMPTY_DRAFT), ...change } }) }]
}
