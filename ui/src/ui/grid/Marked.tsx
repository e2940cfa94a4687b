/** A text with what is looked for marked in it. */
export function Marked({ text, find }: { readonly text: string; readonly find: string }) {
  const at = find ? text.toLowerCase().indexOf(find.toLowerCase()) : -1
  if (at < 0) return text
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + find.length)}</mark>
      <Marked text={text.slice(at + find.length)} find={find} />
    </>
  )
}
