import { getRouteApi, Link } from '@tanstack/react-router'
import { Plus, Sparkles } from 'lucide-react'
import { DatasetList } from '@/features/datasets/DatasetList'
import { NoDatasets } from '@/features/datasets/NoDatasets'
import { GuideList } from '@/features/guides/GuideList'
import { OpenSample, SampleAbout } from '@/features/imports/OpenSample'
import { buttonClass } from '@/ui/buttonClass'
import { linkClass } from '@/ui/linkClass'
import { Page } from '@/ui/Page'

const route = getRouteApi('/p/$project/datasets')

export function DatasetsPage() {
  const { project } = route.useParams()
  const { start = 0 } = route.useSearch()
  const navigate = route.useNavigate()
  const add = (
    <Link to="/p/$project/add" params={{ project }} className={buttonClass()}>
      <Plus />
      Add
    </Link>
  )
  const generate = (
    <Link to="/p/$project/guides" params={{ project }} className={buttonClass('primary')}>
      <Sparkles />
      Generate
    </Link>
  )
  return (
    <Page title="Datasets" actions={<>{add}{generate}</>}>
      <DatasetList
        project={project}
        start={start}
        onStart={(next) => void navigate({ search: next > 0 ? { start: next } : {} })}
        linkTo={(dataset) => (
          <Link to="/p/$project/datasets/$dataset" params={{ project, dataset }} className={linkClass}>
            {dataset}
          </Link>
        )}
        none={
          <NoDatasets
            ways={[
              { title: 'Describe it', about: 'Say what the data is for; you get five samples to correct, then the rest.', act: generate },
              { title: 'Bring files', about: 'CSV, JSON, Parquet, chats and more are recognised.', act: add },
              {
                title: 'Look around first',
                about: <SampleAbout />,
                act: <OpenSample project={project} onStarted={(run) => void navigate({ to: '/p/$project/add', params: { project }, search: { run } })} />,
              },
              {
                title: 'Run a recipe',
                about: 'The catalogue has recipes for questions, chats, preferences and more.',
                act: (
                  <Link to="/p/$project/recipes" params={{ project }} className={buttonClass()}>
                    Choose a recipe
                  </Link>
                ),
              },
            ]}
          />
        }
      />
      <GuideList
        project={project}
        unfinished
        linkTo={({ guide, id }) => (
          <Link to="/p/$project/guides/$guide" params={{ project, guide: id }} className={linkClass}>
            {guide}
          </Link>
        )}
      />
    </Page>
  )
}
