import { FlaskConical } from 'lucide-react'
import { EmptyState } from '@/ui/EmptyState'
import { Page } from '@/ui/Page'
import { Ways } from '@/ui/Ways'

export function PlaygroundPage() {
  return (
    <Page title="Playground">
      <EmptyState icon={<FlaskConical />} title="Prompts are tried in the terminal for now">
        <p>Try a prompt on a few rows and look at what comes back before anything is made with it.</p>
        <Ways ways={[{ title: 'Try a prompt', about: 'On rows of a dataset, with a model of your choice.', command: 'rowsmith prompts test PROMPT' }]} />
      </EmptyState>
    </Page>
  )
}
