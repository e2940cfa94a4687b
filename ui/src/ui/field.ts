/** How everything that is typed into looks. */
export const fieldClass =
  'w-full min-w-0 rounded-control border border-control-line bg-surface px-2 text-body text-fg transition-colors placeholder:text-muted ' +
  'focus-visible:outline-offset-0 disabled:opacity-50 aria-invalid:border-bad'
