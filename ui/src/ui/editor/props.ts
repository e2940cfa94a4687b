/** A word that may be typed next. */
export interface Word {
  readonly label: string
  readonly detail?: string
}

/** Something that may be wrong with a part of the text, from one character to another. */
export interface Mark {
  readonly from: number
  readonly to: number
  readonly severity: 'error' | 'warning' | 'info'
  readonly message: string
}

export interface EditorProps {
  label: string
  value: string
  language: 'jinja' | 'yaml' | 'json'
  readOnly?: boolean
  placeholder?: string
  /** Offered within double braces. */
  words?: readonly Word[]
  marks?: readonly Mark[]
  onChange?: (value: string) => void
}
