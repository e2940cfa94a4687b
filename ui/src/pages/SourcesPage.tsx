import { getRouteApi } from '@tanstack/react-router'
import { bodyOf, type Place } from '@/core/sources'
import { FilePicker } from '@/features/imports/FilePicker'
import { SourceForm } from '@/features/sources/SourceForm'
import { SourceView } from '@/features/sources/SourceView'
import { Page } from '@/ui/Page'
import { AddTabs } from './AddTabs'

const route = getRouteApi('/p/$project/sources')

/** Documents, sites, repositories and databases: looked at, then made something of. Where that stands is in the address. */
export function SourcesPage() {
  const { project } = route.useParams()
  const { tab = 'text', ...place } = route.useSearch()
  const navigate = route.useNavigate()
  const kind = place.kind ?? 'files'
  const body = bodyOf(place)
  const open = (next: Place) => void navigate({ search: { ...next, kind: next.kind ?? kind } })
  return (
    <Page title="Add data" about={body ? undefined : 'Look at what a source gives before anything is made of it.'}>
      {!body && <AddTabs project={project} />}
      {body ? (
        <SourceView
          key={JSON.stringify(body)}
          project={project}
          body={body}
          name={place.name ?? body.source}
          documents={kind === 'files'}
          tab={tab}
          onTab={(next) => void navigate({ search: { ...place, tab: next }, replace: true })}
          onBack={() => void navigate({ search: { kind } })}
          onStarted={(run) => void navigate({ to: '/p/$project/runs/$run', params: { project, run } })}
          onRecipe={(input) =>
            void navigate({ to: '/p/$project/recipes/$recipe/start', params: { project, recipe: 'document-qa' }, search: { input } })
          }
        />
      ) : (
        <SourceForm
          kind={kind}
          onKind={(next) => void navigate({ search: { kind: next }, replace: true })}
          onPlace={open}
          files={
            <FilePicker
              takes="PDF, Word, HTML, Markdown, e-mail, code and more; also packed as zip or tar."
              hint="A file, a folder or a pattern on its machine, or the address of a file."
              example="docs/"
              onFile={(source, name) => {
                open({ source, ...(name !== source && { name }) })
              }}
            />
          }
        />
      )}
    </Page>
  )
}
