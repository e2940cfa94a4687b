const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })

/** 41208 is 41,208. */
export function count(value: number): string {
  return whole.format(value)
}

/** 41208 is 41.2K. */
export function compact(value: number): string {
  return short.format(value)
}

/** A number with its noun: 1 row, 2 rows. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** US dollars: cents from one cent on, below it as many places as say something. */
export function usd(value: number): string {
  if (value === 0) return '$0'
  const places = Math.abs(value) >= 0.01 ? 2 : Math.min(8, 1 - Math.floor(Math.log10(Math.abs(value))))
  return `${value < 0 ? '-' : ''}$${Math.abs(value).toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: places })}`
}

const units: readonly [seconds: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [86400 * 365, 'year'],
  [86400 * 30, 'month'],
  [86400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' })

/** How long ago, or in how long: "5 min. ago". */
export function ago(time: Date, now = new Date()): string {
  const seconds = (time.getTime() - now.getTime()) / 1000
  if (Math.abs(seconds) < 10) return 'just now'
  const [size, unit] = units.find(([least]) => Math.abs(seconds) >= least) ?? ([1, 'second'] as const)
  return relative.format(Math.trunc(seconds / size), unit)
}

/** A day and a time as the reader's machine writes them. */
export function moment(time: Date): string {
  return time.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })
}
