import { KeyRound, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { ago } from '@/core/format'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { IconButton } from '@/ui/IconButton'
import { SkeletonList } from '@/ui/Skeleton'
import { Table, type Column } from '@/ui/Table'
import { AddKey } from './AddKey'
import { RemoveKey } from './RemoveKey'
import { Section } from './Section'
import { useKeys, type KeyFacts } from './useSettings'

const places = { environment: 'environment', keyring: 'keyring', store: 'this home' }

/** The keys that a run could find, each without itself. */
export function Keys() {
  const { data, error, refetch } = useKeys()
  const [adding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<KeyFacts>()
  const columns: Column<KeyFacts>[] = [
    {
      title: 'Key',
      cell: (key) => (
        <span className="flex flex-col">
          <span className="font-mono text-mono break-all">{key.name}</span>
          <span className="text-label text-muted">{key.ends_with === '' ? 'a short key' : `ends with ${key.ends_with}`}</span>
        </span>
      ),
    },
    { title: 'Sent to', cell: (key) => <span className="break-all">{key.address}</span> },
    { title: 'Kept in', wide: true, cell: (key) => (key.readable ? places[key.where] : 'this home, but it cannot be read here') },
    { title: 'Used by', wide: true, cell: (key) => key.project ?? 'all projects' },
    { title: 'Added', wide: true, cell: (key) => <span className="text-muted">{key.added_at === null ? 'not known' : ago(new Date(key.added_at * 1000))}</span> },
    {
      title: 'Remove',
      number: true,
      cell: (key) =>
        key.where === 'environment' ? (
          <span className="text-label text-muted">unset it there</span>
        ) : (
          <IconButton label={`Remove ${key.name}`} onClick={() => { setRemoving(key) }}>
            <Trash2 />
          </IconButton>
        ),
    },
  ]
  return (
    <Section
      title="Keys"
      about="Kept encrypted, sent only to their address, and never shown again."
      actions={
        <Button icon={<Plus />} onClick={() => { setAdding(true) }}>
          Add key
        </Button>
      }
    >
      {error && <ErrorPanel problem={asProblem(error)} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonList label="Loading keys" lines={2} />}
      {data?.items.length === 0 && (
        <p className="flex items-center gap-2 rounded-panel border border-line bg-surface p-3 text-muted">
          <KeyRound aria-hidden className="size-4 shrink-0" />
          No keys yet. Models on this machine need none; for others add the key of their provider.
        </p>
      )}
      {data && data.items.length > 0 && (
        <Table label="Keys" items={data.items} columns={columns} keyOf={(key) => `${key.where} ${key.name} ${key.address} ${key.project ?? ''}`} />
      )}
      {adding && <AddKey onClose={() => { setAdding(false) }} />}
      {removing && <RemoveKey facts={removing} onClose={() => { setRemoving(undefined) }} />}
    </Section>
  )
}
