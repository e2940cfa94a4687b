import { Database } from 'lucide-react'
import { EmptyState } from '@/ui/EmptyState'
import { Ways } from '@/ui/Ways'

/** The three ways to a first dataset. */
export function NoDatasets() {
  return (
    <EmptyState icon={<Database />} title="What is the data for?">
      <p>A dataset is rows with all their versions. There are three ways to a first one.</p>
      <Ways
        ways={[
          { title: 'Describe it', about: 'Say what the data is for; you get five samples to look at, then the rest.', command: 'rowsmith guide' },
          { title: 'Bring files', about: 'CSV, JSON, Parquet, chats and documents are recognised.', command: 'rowsmith import FILE --into NAME' },
          { title: 'Run a recipe', about: 'The catalogue has recipes for questions, chats, preferences and more.', command: 'rowsmith recipes list' },
        ]}
      />
    </EmptyState>
  )
}
