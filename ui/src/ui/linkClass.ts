/** How a link within a list or a sentence looks. */
export const linkClass = 'min-w-0 truncate font-medium text-fg underline-offset-2 hover:text-accent hover:underline'
