import { CodeBlock } from '@/ui/CodeBlock'
import { EmptyState } from '@/ui/EmptyState'
import { Panel } from '@/ui/Panel'
import type { Guide } from './useGuides'

/** The prompt that writes the rows, and the one that was there before. */
export function PromptView({ guide: { prompt, reference } }: { guide: Guide }) {
  if (!prompt && !reference) return <EmptyState title="No prompt yet">It is written from the brief, once that is confirmed.</EmptyState>
  return (
    <div className="flex flex-col gap-6">
      {prompt && (
        <Panel title="Writes the rows" about={`${prompt.name}, version ${prompt.version.slice(0, 12)}`}>
          {prompt.system !== '' && <CodeBlock label="System text" text={prompt.system} wraps />}
          <CodeBlock label="Text" text={prompt.text} wraps />
        </Panel>
      )}
      {reference && (
        <Panel title="Was there before" about={reference.name}>
          {reference.system !== '' && <CodeBlock label="Its system text" text={reference.system} wraps />}
          <CodeBlock label="Its text" text={reference.text} wraps />
        </Panel>
      )}
    </div>
  )
}
