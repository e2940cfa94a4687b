import { Workflow } from 'lucide-react'
import { EmptyState } from '@/ui/EmptyState'
import { Page } from '@/ui/Page'
import { Ways } from '@/ui/Ways'

export function RecipesPage() {
  return (
    <Page title="Recipes">
      <EmptyState icon={<Workflow />} title="Recipes are made in the terminal for now">
        <p>A recipe says step by step how data is made. Its runs show under Runs, and its rows under Datasets.</p>
        <Ways
          ways={[
            { title: 'See the catalogue', about: 'Questions, chats, preferences and more, each with an estimate.', command: 'rowsmith recipes list' },
            { title: 'Run one', about: 'By its name in the catalogue, or by the path of your own.', command: 'rowsmith run RECIPE' },
          ]}
        />
      </EmptyState>
    </Page>
  )
}
