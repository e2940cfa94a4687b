import { getRouteApi, Link } from '@tanstack/react-router'
import { BeginGuide } from '@/features/guides/BeginGuide'
import { GuideList } from '@/features/guides/GuideList'
import { ModelPicker } from '@/features/recipes/ModelPicker'
import { linkClass } from '@/ui/linkClass'
import { Page } from '@/ui/Page'
import { KeysLink } from './KeysLink'

const route = getRouteApi('/p/$project/guides')

export function GeneratePage() {
  const { project } = route.useParams()
  const navigate = route.useNavigate()
  return (
    <Page title="Generate" about="Say what you need, look at five samples, correct them, and get a dataset of exactly that.">
      <BeginGuide
        project={project}
        modelField={(control, value, onChange) => <ModelPicker {...control} value={value} placeholder="provider/name" onChange={onChange} />}
        keysLink={<KeysLink />}
        onBegun={(guide) => void navigate({ to: '/p/$project/guides/$guide', params: { project, guide } })}
      />
      <GuideList
        project={project}
        linkTo={({ guide, id }) => (
          <Link to="/p/$project/guides/$guide" params={{ project, guide: id }} className={linkClass}>
            {guide}
          </Link>
        )}
      />
    </Page>
  )
}
