import { clsx } from 'clsx'
import { FileUp } from 'lucide-react'
import { useRef, useState } from 'react'
import { asProblem } from '@/core/problem'
import { Button } from '@/ui/Button'
import { ErrorPanel } from '@/ui/ErrorPanel'
import { Field } from '@/ui/Field'
import { Input } from '@/ui/Input'
import { Progress } from '@/ui/Progress'
import { useUpload } from './useImports'

export interface FilePickerProps {
  /** A file is there: what names it at the server, and what it is called. */
  onFile: (file: string, name: string) => void
  /** What is taken, in words. */
  takes?: string
  /** Of what the server reaches: what it may be, and an example. */
  hint?: string
  example?: string
}

const usual = {
  takes: 'CSV, TSV, JSON, JSON Lines, Parquet, Arrow, XLSX and ODS, also packed; in any format that trainers and tools write.',
  hint: 'A path on its machine, an address, or a dataset on a hub (hf:owner/name).',
  example: 'https://example.org/questions.csv',
}

/** A file of this machine, dropped or chosen; or one that the server reaches. */
export function FilePicker({ onFile, takes = usual.takes, hint = usual.hint, example = usual.example }: FilePickerProps) {
  const upload = useUpload()
  const chooser = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const [place, setPlace] = useState('')
  const send = (file: File | undefined) => {
    if (file) upload.mutate(file, { onSuccess: (named) => { onFile(named, file.name) } })
  }
  return (
    <div className="flex max-w-200 flex-col gap-4">
      <div
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => {
          setOver(false)
        }}
        onDrop={(event) => {
          event.preventDefault()
          setOver(false)
          send(event.dataTransfer.files[0])
        }}
        className={clsx(
          'flex flex-col items-center gap-3 rounded-panel border border-dashed px-4 py-10 text-center transition-colors',
          over ? 'border-accent bg-selected' : 'border-control-line bg-surface',
        )}
      >
        <FileUp aria-hidden className="size-6 stroke-[1.5] text-muted" />
        {upload.sent === undefined ? (
          <>
            <p className="text-title font-medium">Drop a file here</p>
            <p className="max-w-110 text-balance text-muted">{takes}</p>
            <Button look="primary" size="large" onClick={() => chooser.current?.click()}>
              Choose a file
            </Button>
          </>
        ) : (
          <div className="flex w-full max-w-90 flex-col gap-2" role="status">
            <p>
              Sending {upload.variables?.name} <span className="text-muted tabular-nums">{Math.round(upload.sent * 100)} %</span>
            </p>
            <Progress label="Sent" share={upload.sent} />
          </div>
        )}
        <input
          ref={chooser}
          type="file"
          aria-label="File"
          tabIndex={-1}
          className="sr-only"
          onChange={(event) => {
            send(event.target.files?.[0])
            event.target.value = ''
          }}
        />
      </div>
      {upload.error && <ErrorPanel problem={asProblem(upload.error)} />}
      <form
        className="flex flex-col gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          if (place.trim() !== '') onFile(place.trim(), place.trim())
        }}
      >
        <Field label="Or one that the server reaches" hint={hint}>
          {(control) => (
            <span className="flex gap-2">
              <Input
                {...control}
                mono
                value={place}
                placeholder={example}
                onChange={(event) => {
                  setPlace(event.target.value)
                }}
              />
              <Button type="submit" disabled={place.trim() === ''}>
                Look at it
              </Button>
            </span>
          )}
        </Field>
      </form>
    </div>
  )
}
