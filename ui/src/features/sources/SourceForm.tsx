import { useState, type ReactNode } from 'react'
import type { Kind, Place } from '@/core/sources'
import { Button } from '@/ui/Button'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { Segments } from '@/ui/Segments'
import { TextArea } from '@/ui/TextArea'

export interface SourceFormProps {
  kind: Kind
  onKind: (kind: Kind) => void
  onPlace: (place: Place) => void
  /** Where a file of this machine is dropped or chosen. */
  files: ReactNode
}

const options = [
  { value: 'files', label: 'Documents' },
  { value: 'web', label: 'Web' },
  { value: 'repository', label: 'Repository' },
  { value: 'database', label: 'Database' },
] as const

const about: Readonly<Record<Exclude<Kind, 'files'>, { label: string; hint: string; example: string }>> = {
  web: { label: 'Address', hint: 'A page, or where a crawl begins. robots.txt is obeyed.', example: 'https://docs.example.org' },
  repository: { label: 'Repository', hint: 'On GitHub, GitLab, Gitea, Bitbucket, another host, or a clone where the server runs.', example: 'git+https://github.com/owner/name@main' },
  database: { label: 'Database', hint: 'PostgreSQL, MySQL, MariaDB, SQLite, DuckDB, MongoDB; the password is kept in the settings, as the key DATABASE_PASSWORD for this address.', example: 'postgresql://me@db.example.org/shop' },
}

/** Where a source is. */
export function SourceForm({ kind, onKind, onPlace, files }: SourceFormProps) {
  return (
    <div className="flex max-w-200 flex-col gap-4">
      <Segments label="Kind of source" value={kind} options={options} onChange={onKind} />
      {kind === 'files' ? files : <Where key={kind} kind={kind} onPlace={onPlace} />}
    </div>
  )
}

function Where({ kind, onPlace }: { kind: Exclude<Kind, 'files'>; onPlace: (place: Place) => void }) {
  const [typed, setTyped] = useState<Place>({ kind })
  const set = (more: Place) => {
    setTyped({ ...typed, ...more })
  }
  const { label, hint, example } = about[kind]
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (typed.source !== undefined && typed.source.trim() !== '') onPlace(typed)
      }}
    >
      <Field label={label} hint={hint}>
        {(control) => (
          <Input
            {...control}
            mono
            value={typed.source ?? ''}
            placeholder={example}
            onChange={(event) => {
              set({ source: event.target.value })
            }}
          />
        )}
      </Field>
      {kind === 'web' && (
        <div className="grid grid-cols-2 gap-4">
          <Field label="Depth" hint="How many links away; 0 is this page alone.">
            {(control) => (
              <Input
                {...control}
                inputMode="numeric"
                value={typed.depth ?? ''}
                placeholder="0"
                onChange={(event) => {
                  set({ depth: event.target.value })
                }}
              />
            )}
          </Field>
          <Field label="Most pages">
            {(control) => (
              <Input
                {...control}
                inputMode="numeric"
                value={typed.pages ?? ''}
                placeholder="20"
                onChange={(event) => {
                  set({ pages: event.target.value })
                }}
              />
            )}
          </Field>
        </div>
      )}
      {kind === 'database' && (
        <>
          <Field label="Table" hint="A table, view or collection.">
            {(control) => (
              <Input
                {...control}
                mono
                value={typed.table ?? ''}
                placeholder="faq"
                onChange={(event) => {
                  set({ table: event.target.value })
                }}
              />
            )}
          </Field>
          <Field label="Or a query">
            {(control) => (
              <TextArea
                {...control}
                mono
                rows={2}
                value={typed.query ?? ''}
                placeholder="SELECT question, answer FROM faq"
                onChange={(event) => {
                  set({ query: event.target.value })
                }}
              />
            )}
          </Field>
        </>
      )}
      <Button type="submit" look="primary" size="large" className="self-start" disabled={(typed.source ?? '').trim() === ''}>
        Look at it
      </Button>
    </form>
  )
}
