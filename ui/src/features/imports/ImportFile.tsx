import { useState } from 'react'
import { count, plural } from '@/core/format'
import { chosenOf, clash, mapOf, nameFault, namesOf, noChoices, suggestedName, type Choices, type Detected } from '@/core/imports'
import { asProblem } from '@/core/problem'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Panel } from '@/ui/Panel'
import { SkeletonList } from '@/ui/Skeleton'
import { BrokenLines } from './BrokenLines'
import { Candidates } from './Candidates'
import { ImportTerms } from './ImportTerms'
import { MappingTable } from './MappingTable'
import { Preview } from './Preview'
import { ReadingFields } from './ReadingFields'
import { useDetected, useImport } from './useImports'

export interface ImportFileProps {
  project: string
  file: string
  /** What people call it. */
  name: string
  onStarted: (run: string) => void
  /** Another file is to be chosen. */
  onBack: () => void
}

/** What a file is, and what is made of it: its format with the evidence, its columns, its first rows; then the import. */
export function ImportFile({ file, name, onBack, ...rest }: ImportFileProps) {
  const [choices, setChoices] = useState(noChoices)
  const { data, error, refetch } = useDetected(file, mapOf(undefined, { ...choices, renames: {} }))
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-2">
        <p className="min-w-0 truncate font-mono text-mono">{name}</p>
        {data && <FileFacts detected={data} />}
        <Button look="quiet" onClick={onBack} className="ml-auto">
          Another file
        </Button>
      </div>
      {error && <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonList label="Looking at the file" lines={8} />}
      {data && <Mapped file={file} name={name} detected={data} choices={choices} onChoices={setChoices} {...rest} />}
    </div>
  )
}

function FileFacts({ detected }: { detected: Detected }) {
  const { container, encoding, rows, broken_count } = detected
  return (
    <>
      <Badge>{container}</Badge>
      {encoding !== null && <Badge>{encoding}</Badge>}
      <Badge>{plural(rows, 'record')}</Badge>
      {broken_count > 0 && <Badge tone="warn">{count(broken_count)} broken</Badge>}
    </>
  )
}

interface MappedProps extends Omit<ImportFileProps, 'onBack'> {
  detected: Detected
  choices: Choices
  onChoices: (choices: Choices) => void
}

function Mapped({ project, file, name, detected, choices, onChoices, onStarted }: MappedProps) {
  const [into, setInto] = useState(suggestedName(name))
  const [commit, setCommit] = useState(true)
  const chosen = chosenOf(detected.candidates, choices)
  const map = mapOf(chosen, choices)
  const names = namesOf(detected.columns, chosen, choices.renames)
  const twice = clash(names)
  const blank = Object.values(names).includes('')
  const mapped = useDetected(file, map, chosen !== undefined && twice === undefined && !blank)
  const start = useImport(project)
  const fault = nameFault(into)
  const ready = into.trim() !== '' && fault === undefined && twice === undefined && !blank
  const submit = () => {
    if (ready && !start.isPending) {
      start.mutate({ files: [file], into: into.trim(), map, commit }, { onSuccess: ({ run }) => { onStarted(run) } })
    }
  }
  return (
    <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,5fr)_minmax(0,7fr)]">
      <div className="flex min-w-0 flex-col gap-6">
        <Panel title="Format" about="What the records are, with what shows it.">
          <Candidates
            candidates={detected.candidates}
            chosen={chosen?.format}
            onChoose={(format) => {
              onChoices({ ...choices, format, renames: {} })
            }}
          />
          <ReadingFields
            container={detected.container}
            delimiter={detected.delimiter}
            reading={choices.reading}
            onChange={(reading) => {
              onChoices({ ...noChoices, reading })
            }}
          />
        </Panel>
        <Panel title="Columns">
          <MappingTable
            names={names}
            onRename={(renames) => {
              onChoices({ ...choices, format: chosen?.format, renames: { ...choices.renames, ...renames } })
            }}
          />
          {twice !== undefined && <p role="alert" className="text-label text-bad">Two columns would be called {twice}. Rename one, or leave it out.</p>}
          {blank && <p role="alert" className="text-label text-bad">A column has no name. Give it one, or leave it out.</p>}
        </Panel>
        <ImportTerms
          into={into}
          fault={fault}
          commit={commit}
          busy={start.isPending}
          ready={ready}
          onInto={setInto}
          onCommit={setCommit}
          onSubmit={submit}
        />
        {start.error && <ErrorPanel problem={asProblem(start.error)} />}
      </div>
      <div className="flex min-w-0 flex-col gap-6">
        <Panel title="Preview" about="The first rows as they will be.">
          {mapped.error ? (
            <ErrorPanel problem={asProblem(mapped.error)} />
          ) : (
            <Preview rows={mapped.data?.preview ?? detected.preview} stale={mapped.isPlaceholderData} />
          )}
        </Panel>
        {detected.broken_count > 0 && (
          <BrokenLines
            title={plural(detected.broken_count, 'broken record')}
            about="They become no rows; the import lists and keeps them."
            broken={detected.broken}
            total={detected.broken_count}
          />
        )}
        {detected.notes.map((note) => (
          <p key={note} className="text-muted">
            {note}
          </p>
        ))}
      </div>
    </div>
  )
}
