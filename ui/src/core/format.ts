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

/** Seconds as people say them: 0.4 s, 12 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toLocaleString('en', { maximumFractionDigits: 1 })} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${String(whole)} s`
  const [large, small, names] = whole < 3600 ? [Math.floor(whole / 60), whole % 60, ['min', 's']] : [Math.floor(whole / 3600), Math.round((whole % 3600) / 60), ['h', 'min']]
  return small > 0 ? `${count(large)} ${names[0] ?? ''} ${String(small)} ${names[1] ?? ''}` : `${count(large)} ${names[0] ?? ''}`
}
