import { Keys } from './Keys'
import { Models } from './Models'
import { TestModel } from './TestModel'

/** The keys of models, whether a model answers, and what is known of each. */
export function ModelsAndKeys() {
  return (
    <div className="flex flex-col gap-6">
      <Keys />
      <TestModel />
      <Models />
    </div>
  )
}
