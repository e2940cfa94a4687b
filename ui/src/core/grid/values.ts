/** Cells as text and back: what the clipboard and the editor of a cell hold. */

import type { CellKind, CellValue } from './source'

export type Read = { readonly value: CellValue } | { readonly problem: string }

export function toText(value: CellValue | undefined): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (isTags(value) && value.every((tag) => tag !== '' && tag === tag.trim() && !/^\[|,/.test(tag))) return value.join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Reads what was typed or pasted. Nothing typed is no value, but for a text. */
export function fromText(text: string, kind: CellKind): Read {
  if (kind === 'text' || kind === 'image') return { value: text }
  const said = text.trim()
  if (said === '') return { value: null }
  if (kind === 'number' || kind === 'score') return readNumber(said)
  if (kind === 'boolean') return readBoolean(said)
  if (kind === 'tags' && !said.startsWith('[')) return { value: [...new Set(said.split(',').map((tag) => tag.trim()).filter(Boolean))] }
  return readJson(said, kind)
}

function readNumber(said: string): Read {
  const value = Number(said.replace('−', '-'))
  return Number.isFinite(value) ? { value } : { problem: `“${short(said)}” is no number. Write it like 0.75.` }
}

function readBoolean(said: string): Read {
  if (/^(true|yes|1)$/i.test(said)) return { value: true }
  if (/^(false|no|0)$/i.test(said)) return { value: false }
  return { problem: `“${short(said)}” is neither true nor false. Write true or false.` }
}

function readJson(said: string, kind: CellKind): Read {
  let value: CellValue
  try {
    value = JSON.parse(said) as CellValue
  } catch {
    return { problem: `“${short(said)}” is no JSON. Texts and names stand in double quotes.` }
  }
  if (kind === 'tags' && !isTags(value)) return { problem: 'Tags are a list of texts. Write them like: short, checked.' }
  if (kind === 'chat' && !isChat(value)) return { problem: 'A chat is a list of messages. Write it like [{"role": "user", "content": "…"}].' }
  if (kind === 'preference' && !isPair(value)) return { problem: 'A preference has two answers. Write it like {"chosen": "…", "rejected": "…"}.' }
  return { value }
}

const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text)

export interface ChatMessage {
  readonly role: string
  readonly content: CellValue
}

export interface Pair {
  readonly chosen: CellValue
  readonly rejected: CellValue
}

export const isTags = (value: CellValue | undefined): value is readonly string[] =>
  Array.isArray(value) && value.every((tag) => typeof tag === 'string')

export const isObject = (value: CellValue | undefined): value is Readonly<Record<string, CellValue>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function isChat(value: CellValue | undefined): value is readonly (Readonly<Record<string, CellValue>> & ChatMessage)[] {
  return Array.isArray(value) && value.every((message: CellValue) => isObject(message) && typeof message['role'] === 'string' && 'content' in message)
}

export const isPair = (value: CellValue | undefined): value is Readonly<Record<string, CellValue>> & Pair =>
  isObject(value) && 'chosen' in value && 'rejected' in value

/** What one side of a pair or one message says, on one line: the last message of a chat, the texts of content in parts. */
export function gist(value: CellValue | undefined): string {
  if (isChat(value)) return value.length ? gist(value[value.length - 1]?.content) : ''
  if (Array.isArray(value)) return value.map(part).join(' ')
  return toText(value)
}

const part = (value: CellValue): string => (isObject(value) && typeof value['text'] === 'string' ? value['text'] : toText(value))

const numbers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 6 })

export const formatNumber = (value: number): string => numbers.format(value)

/** A picture may come from this server or stand in the cell itself; anything else is shown as its text. */
export const isPicture = (value: CellValue | undefined): value is string =>
  typeof value === 'string' && /^(\/(?![/\\])|data:image\/(png|jpeg|gif|webp|avif);base64,)/.test(value)
