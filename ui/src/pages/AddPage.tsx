import { getRouteApi, Link } from '@tanstack/react-router'
import { FilePicker } from '@/features/imports/FilePicker'
import { ImportFile } from '@/features/imports/ImportFile'
import { ImportRun } from '@/features/imports/ImportRun'
import { buttonClass } from '@/ui/buttonClass'
import { linkClass } from '@/ui/linkClass'
import { Page } from '@/ui/Page'
import { AddTabs } from './AddTabs'

const route = getRouteApi('/p/$project/add')

/** A file becomes a dataset: it is chosen, looked at, mapped and imported. Where that stands is in the address. */
export function AddPage() {
  const { project } = route.useParams()
  const { file, name, run } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <Page title={run === undefined ? 'Add data' : 'Import'} about={file === undefined && run === undefined ? 'Bring a file; what it is will be recognised.' : undefined}>
      {run !== undefined ? (
        <ImportRun
          key={run}
          project={project}
          run={run}
          onDone={(dataset) => void navigate({ to: '/p/$project/datasets/$dataset/rows', params: { project, dataset }, search: {}, replace: true })}
          datasetLink={(dataset) => (
            <Link to="/p/$project/datasets/$dataset" params={{ project, dataset }} className={buttonClass('primary', 'large')}>
              Open {dataset}
            </Link>
          )}
          runLink={
            <Link to="/p/$project/runs/$run" params={{ project, run }} className={linkClass}>
              Run {run}
            </Link>
          }
        />
      ) : file !== undefined ? (
        <ImportFile
          key={file}
          project={project}
          file={file}
          name={name ?? file}
          onBack={() => void navigate({ search: {} })}
          onStarted={(started) => void navigate({ search: { run: started } })}
        />
      ) : (
        <>
          <AddTabs project={project} />
          <FilePicker onFile={(chosen, called) => void navigate({ search: { file: chosen, ...(called !== chosen && { name: called }) } })} />
        </>
      )}
    </Page>
  )
}
