import { Link } from '@tanstack/react-router'
import { NavTabs } from '@/ui/NavTabs'
import { tabClass } from '@/ui/Tabs'

/** The two ways in: rows that are there, or documents that rows are made of. */
export function AddTabs({ project }: { project: string }) {
  return (
    <NavTabs label="What is added">
      <Link to="/p/$project/add" params={{ project }} className={tabClass}>
        Rows
      </Link>
      <Link to="/p/$project/sources" params={{ project }} search={{}} className={tabClass}>
        Documents and other sources
      </Link>
    </NavTabs>
  )
}
