import type { Guide } from './useGuides'

/** Something that is often said, as a button. */
export interface Quick {
  label: string
  text: string
  main: boolean
}

/** What can be said at a click where a talk stands. */
export function quickOf({ phase, asked, items, model }: Pick<Guide, 'phase' | 'asked' | 'items' | 'model'>): Quick[] {
  const said = (label: string, text: string, main = false): Quick => ({ label, text, main })
  const item = items.find((one) => one.name === asked)
  if (phase === 'checklist') {
    const needed = items.some((one) => one.required && one.state === 'open')
    return [
      ...(item?.state === 'assumed' ? [said('Yes', 'yes', true), said('No', 'no')] : []),
      ...(model !== null && item?.state === 'open' ? [said('Suggest', 'suggest'), said('Suggest the rest', 'suggest the rest')] : []),
      ...(item !== undefined && !item.required ? [said('Leave it open', 'next')] : []),
      ...(needed ? [] : [said('That is all', 'done', item?.state !== 'assumed')]),
    ]
  }
  if (phase === 'summary') {
    const open = items.some((one) => one.state === 'open')
    return [...(model !== null && open ? [said('Suggest the rest', 'suggest the rest')] : []), said('Make five samples', 'looks good', true)]
  }
  return []
}
