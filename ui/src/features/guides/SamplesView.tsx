import { RotateCw } from 'lucide-react'
import { useState } from 'react'
import { plural } from '@/core/format'
import { Button } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'
import { Input } from '@/ui/Input'
import { Panel } from '@/ui/Panel'
import { ProposalView } from './ProposalView'
import { SampleCard } from './SampleCard'
import type { Guide, Say } from './useGuides'

/** The samples to be looked over, and what is noted on them. */
export function SamplesView({ project, guide, say }: { project: string; guide: Guide; say: Say }) {
  const [note, setNote] = useState('')
  const { samples, notes, proposal, phase, doing } = guide
  const open = phase === 'samples' && doing === null
  const count = notes.length + samples.reduce((sum, one) => sum + one.notes.length, 0)
  if (samples.length === 0) {
    return (
      <EmptyState title={phase === 'sampling' ? 'The samples are on their way' : 'No samples yet'}>
        {phase === 'sampling' ? 'They stand here as soon as they are made.' : 'Once the brief is right, five samples are made to look over.'}
      </EmptyState>
    )
  }
  return (
    <div className="flex flex-col gap-6">
      {proposal && <ProposalView key={proposal.diff} proposal={proposal} open={open} say={say} />}
      <Panel
        title="Samples"
        about="Keep what is right, change what is not, note what all rows have to mind."
        actions={
          open && (
            <Button
              icon={<RotateCw />}
              onClick={() => {
                say.mutate({ act: { again: 'all' } })
              }}
            >
              Others for all that are not kept
            </Button>
          )
        }
      >
        <ol className="flex flex-col gap-2">
          {samples.map((sample, index) => (
            <SampleCard key={sample.place} number={index + 1} sample={sample} open={open} project={project} guide={guide.id} />
          ))}
        </ol>
      </Panel>
      {open && (
        <Panel title="Notes" about="They become a better prompt, which is tried beside the old one before it is taken.">
          {notes.map((one, index) => (
            <p key={index} className="border-l-2 border-warn pl-2 break-words">
              {one}
            </p>
          ))}
          <form
            className="flex gap-2"
            onSubmit={(event) => {
              event.preventDefault()
              if (note.trim() !== '') say.mutate({ act: { note: note.trim() } }, { onSuccess: () => { setNote('') } })
            }}
          >
            <Input
              aria-label="Note on all samples"
              value={note}
              placeholder="A note on all of them"
              onChange={(event) => {
                setNote(event.target.value)
              }}
            />
            <Button type="submit" disabled={note.trim() === ''} busy={say.isPending}>
              Note it
            </Button>
          </form>
          <Button
            className="self-start"
            disabled={count === 0 || say.isPending}
            onClick={() => {
              say.mutate({ act: { refine: 30 } })
            }}
          >
            {count === 0 ? 'Apply the notes' : `Apply ${plural(count, 'note')}`}
          </Button>
        </Panel>
      )}
    </div>
  )
}
