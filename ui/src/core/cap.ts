/** A cap that was typed: none, an amount, or what is wrong with it. */
export function capOf(text: string): { readonly value: number | null; readonly problem: string | undefined } {
  if (text.trim() === '') return { value: null, problem: undefined }
  const value = Number(text)
  return value >= 0 ? { value, problem: undefined } : { value: null, problem: 'Write an amount in US dollars, such as 0.50.' }
}
