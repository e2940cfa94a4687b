import { clsx } from 'clsx'
import { useEffect, useRef } from 'react'
import { diffLines } from '@/core/guides'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { Panel } from '@/ui/Panel'
import type { Proposal, Say } from './useGuides'

const tones = { accepted: 'ok', overruled: 'ok', refused: 'warn', untested: 'warn' } as const

/** A change of the prompt: what the notes have in common, the change itself, rows of both sides, and what the trial said. */
export function ProposalView({ proposal, open, say }: { proposal: Proposal; open: boolean; say: Say }) {
  const { verdict, said, why, themes, rows, cautions, unassigned } = proposal
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'start' })
  }, [])
  const refused = verdict === 'refused' || verdict === 'untested'
  return (
    <div ref={place} className="scroll-mt-3">
      <Panel title="Changed prompt" about={said} actions={<Badge tone={tones[verdict as keyof typeof tones]}>{verdict}</Badge>}>
        <ul className="flex flex-col gap-1">
          {themes.map((theme) => (
            <li key={theme.name}>
              <span className="font-medium">{theme.name}</span>{' '}
              <span className="text-muted">
                {theme.quotes.map((quote) => `“${quote}”`).join(', ')}
                {theme.weak && ' (found on your own samples, too)'}
              </span>
            </li>
          ))}
          {unassigned.map((one) => (
            <li key={one} className="text-muted">
              In no theme: {one}
            </li>
          ))}
        </ul>
        <PromptDiff diff={proposal.diff} />
        {why !== '' && <p className="text-muted">{why}</p>}
        {rows.length > 0 && (
          <ol aria-label="Rows before and after" className="flex flex-col gap-2">
            {rows.map((row, index) => (
              <li key={index} className="grid grid-cols-1 gap-px overflow-hidden rounded-panel border border-line bg-line sm:grid-cols-2">
                <Side title="Before" pair={row.old} themes={row.old_themes} />
                <Side title="After" pair={row.new} themes={row.new_themes} />
              </li>
            ))}
          </ol>
        )}
        {cautions.map((one) => (
          <p key={one} className="text-label text-muted">
            {one}
          </p>
        ))}
        {refused && open && (
          <Button
            className="self-start"
            busy={say.isPending}
            onClick={() => {
              say.mutate({ act: { accept: 'anyway' } })
            }}
          >
            Take it all the same
          </Button>
        )}
      </Panel>
    </div>
  )
}

function Side({ title, pair, themes }: { title: string; pair: Readonly<Record<string, string>> | null; themes: readonly string[] }) {
  return (
    <div className="flex min-w-0 flex-col gap-1 bg-surface p-3">
      <p className="flex flex-wrap items-center gap-1.5 text-label text-muted">
        {title}
        {themes.length === 0 && pair ? <Badge tone="ok">fine</Badge> : themes.map((theme) => <Badge key={theme} tone="bad">{theme}</Badge>)}
      </p>
      {!pair && <p className="text-muted">Nothing was made.</p>}
      {['input', 'answer'].map((name) => (
        <p key={name} className={clsx('break-words whitespace-pre-wrap', name === 'input' && 'text-muted')}>
          {pair?.[name]}
        </p>
      ))}
    </div>
  )
}

const looks = { added: 'bg-added text-ok underline decoration-ok/40', removed: 'bg-removed text-bad line-through', place: 'text-muted', same: '' }

/** A change of a text, line by line. */
function PromptDiff({ diff }: { diff: string }) {
  return (
    <pre tabIndex={0} aria-label="Change of the prompt" className="max-h-96 overflow-auto rounded-panel border border-line bg-surface py-2 font-mono text-mono whitespace-pre-wrap">
      {diffLines(diff).map(({ text, how }, index) => (
        <span key={index} className={clsx('block px-3 break-words', looks[how])}>
          {how === 'added' && <ins className="sr-only no-underline">added: </ins>}
          {how === 'removed' && <del className="sr-only no-underline">removed: </del>}
          {text === '' ? ' ' : text}
        </span>
      ))}
    </pre>
  )
}
