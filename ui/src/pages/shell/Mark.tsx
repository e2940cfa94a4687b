/** The mark of Rowsmith: three rows, the last one being made. */
export function Mark() {
  return (
    <svg aria-hidden viewBox="0 0 16 16" className="size-5 shrink-0">
      <rect width="16" height="16" rx="3" className="fill-accent" />
      <path d="M3 4.5h10M3 8h10M3 11.5h6" className="stroke-accent-fg" strokeWidth="1.75" strokeLinecap="round" />
    </svg>
  )
}
