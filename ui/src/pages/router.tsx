import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { readPlayground } from '@/core/playgroundSearch'
import { readTest } from '@/core/promptSearch'
import { isGroup, type Group } from '@/core/recipes'
import { readSearch } from '@/core/rows/search'
import { lastProject } from '@/core/shell'
import { isView, type View } from '@/core/views'
import { NotFound } from './NotFound'
import { PageFault } from './PageFault'
import { Shell } from './shell/Shell'

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound })

/** Where a part of a list begins, as its address says it. */
function fromStart(search: Record<string, unknown>): { start?: number } {
  const start = Number(search.start)
  return Number.isSafeInteger(start) && start > 0 ? { start } : {}
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0
const said = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
/** The words of an address that are there. */
function words<T extends string>(search: Record<string, unknown>, names: readonly T[]): Partial<Record<T, string>> {
  return Object.fromEntries(names.filter((one) => typeof search[one] === 'string' && search[one] !== '').map((one) => [one, search[one]])) as Partial<
    Record<T, string>
  >
}

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/p/$project/datasets', params: { project: lastProject.get().name }, replace: true })
  },
})

const project = createRoute({
  getParentRoute: () => root,
  path: '/p/$project',
  beforeLoad: ({ params }) => {
    if (lastProject.get().name !== params.project) lastProject.set({ name: params.project })
  },
})

const projectHome = createRoute({
  getParentRoute: () => project,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/p/$project/datasets', params, replace: true })
  },
})

const datasets = createRoute({
  getParentRoute: () => project,
  path: '/datasets',
  validateSearch: fromStart,
  component: lazyRouteComponent(() => import('./DatasetsPage'), 'DatasetsPage'),
})

const add = createRoute({
  getParentRoute: () => project,
  path: '/add',
  validateSearch: (search): { file?: string; name?: string; run?: string } => words(search, ['file', 'name', 'run']),
  component: lazyRouteComponent(() => import('./AddPage'), 'AddPage'),
})

const generate = createRoute({
  getParentRoute: () => project,
  path: '/guides',
  component: lazyRouteComponent(() => import('./GeneratePage'), 'GeneratePage'),
})

const guide = createRoute({
  getParentRoute: () => project,
  path: '/guides/$guide',
  validateSearch: (search): { view?: View } => (isView(search.view) ? { view: search.view } : {}),
  component: lazyRouteComponent(() => import('./GuidePage'), 'GuidePage'),
})

const dataset = createRoute({
  getParentRoute: () => project,
  path: '/datasets/$dataset',
  component: lazyRouteComponent(() => import('./DatasetPage'), 'DatasetPage'),
})

const datasetHome = createRoute({
  getParentRoute: () => dataset,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/p/$project/datasets/$dataset/rows', params, replace: true })
  },
})

const rows = createRoute({
  getParentRoute: () => dataset,
  path: '/rows',
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import('./RowsPage'), 'RowsPage'),
})

const review = createRoute({
  getParentRoute: () => dataset,
  path: '/review',
  validateSearch: (search): { queue?: number; reviewer?: string; back?: number } => ({
    ...(isCount(search.queue) && { queue: search.queue }),
    ...(isCount(search.queue) && said(search.reviewer) !== '' && { reviewer: said(search.reviewer) }),
    ...(isCount(search.queue) && isCount(search.back) && { back: search.back }),
  }),
  component: lazyRouteComponent(() => import('./ReviewPage'), 'ReviewPage'),
})

const quality = createRoute({
  getParentRoute: () => dataset,
  path: '/quality',
  validateSearch: (search): { run?: string } => (said(search.run) === '' ? {} : { run: said(search.run) }),
  component: lazyRouteComponent(() => import('./QualityPage'), 'QualityPage'),
})

const versions = createRoute({
  getParentRoute: () => dataset,
  path: '/versions',
  validateSearch: fromStart,
  component: lazyRouteComponent(() => import('./VersionsPage'), 'VersionsPage'),
})

const recipes = createRoute({
  getParentRoute: () => project,
  path: '/recipes',
  validateSearch: (search): { find?: string; group?: Group } => ({
    ...(typeof search.find === 'string' && search.find !== '' && { find: search.find }),
    ...(isGroup(search.group) && { group: search.group }),
  }),
  component: lazyRouteComponent(() => import('./RecipesPage'), 'RecipesPage'),
})

const recipe = createRoute({
  getParentRoute: () => project,
  path: '/recipes/$recipe',
  component: lazyRouteComponent(() => import('./RecipePage'), 'RecipePage'),
})

const recipeAbout = createRoute({
  getParentRoute: () => recipe,
  path: '/',
  component: lazyRouteComponent(() => import('./RecipeAboutPage'), 'RecipeAboutPage'),
})

const recipeStart = createRoute({
  getParentRoute: () => recipe,
  path: '/start',
  component: lazyRouteComponent(() => import('./RecipeStartPage'), 'RecipeStartPage'),
})

const recipeText = createRoute({
  getParentRoute: () => recipe,
  path: '/text',
  component: lazyRouteComponent(() => import('./RecipeTextPage'), 'RecipeTextPage'),
})

const recipeFile = createRoute({
  getParentRoute: () => project,
  path: '/recipe-file',
  validateSearch: (search): { path?: string } => (typeof search.path === 'string' && search.path !== '' ? { path: search.path } : {}),
  component: lazyRouteComponent(() => import('./RecipeFilePage'), 'RecipeFilePage'),
})

const prompts = createRoute({
  getParentRoute: () => project,
  path: '/recipes/prompts',
  component: lazyRouteComponent(() => import('./PromptsPage'), 'PromptsPage'),
})

const prompt = createRoute({
  getParentRoute: () => project,
  path: '/recipes/prompts/$prompt',
  component: lazyRouteComponent(() => import('./PromptPage'), 'PromptPage'),
})


const promptWrite = createRoute({
  getParentRoute: () => prompt,
  path: '/',
  validateSearch: (search): { at?: string | undefined } => ({ at: said(search.at) || undefined }),
  component: lazyRouteComponent(() => import('./PromptWritePage'), 'PromptWritePage'),
})

const promptVersions = createRoute({
  getParentRoute: () => prompt,
  path: '/versions',
  validateSearch: (search): { old?: string | undefined; now?: string | undefined } => ({
    old: said(search.old) || undefined,
    now: said(search.now) || undefined,
  }),
  component: lazyRouteComponent(() => import('./PromptVersionsPage'), 'PromptVersionsPage'),
})

const promptTest = createRoute({
  getParentRoute: () => prompt,
  path: '/test',
  validateSearch: readTest,
  component: lazyRouteComponent(() => import('./PromptTestPage'), 'PromptTestPage'),
})

const runs = createRoute({
  getParentRoute: () => project,
  path: '/runs',
  validateSearch: fromStart,
  component: lazyRouteComponent(() => import('./RunsPage'), 'RunsPage'),
})

const run = createRoute({
  getParentRoute: () => project,
  path: '/runs/$run',
  component: lazyRouteComponent(() => import('./RunPage'), 'RunPage'),
})

const playground = createRoute({
  getParentRoute: () => project,
  path: '/playground',
  validateSearch: readPlayground,
  component: lazyRouteComponent(() => import('./PlaygroundPage'), 'PlaygroundPage'),
})

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./SettingsPage'), 'SettingsPage'),
})

const settingsHome = createRoute({
  getParentRoute: () => settings,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/settings/appearance', replace: true })
  },
})

const appearance = createRoute({
  getParentRoute: () => settings,
  path: '/appearance',
  component: lazyRouteComponent(() => import('@/features/settings/Appearance'), 'Appearance'),
})

const shortcuts = createRoute({
  getParentRoute: () => settings,
  path: '/shortcuts',
  component: lazyRouteComponent(() => import('@/features/settings/Shortcuts'), 'Shortcuts'),
})

const models = createRoute({
  getParentRoute: () => settings,
  path: '/models',
  component: lazyRouteComponent(() => import('@/features/settings/ModelsAndKeys'), 'ModelsAndKeys'),
})

const budgets = createRoute({
  getParentRoute: () => settings,
  path: '/projects',
  component: lazyRouteComponent(() => import('@/features/settings/ProjectBudgets'), 'ProjectBudgets'),
})

const routeTree = root.addChildren([
  home,
  project.addChildren([
    projectHome,
    datasets,
    dataset.addChildren([datasetHome, rows, review, quality, versions]),
    add,
    generate,
    guide,
    recipes,
    recipe.addChildren([recipeAbout, recipeStart, recipeText]),
    recipeFile,
    prompts,
    prompt.addChildren([promptWrite, promptVersions, promptTest]),
    runs,
    run,
    playground,
  ]),
  settings.addChildren([settingsHome, models, budgets, appearance, shortcuts]),
])

export function newRouter() {
  return createRouter({ routeTree, defaultPreload: 'intent', scrollRestoration: true, defaultErrorComponent: PageFault })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof newRouter>
  }
}
