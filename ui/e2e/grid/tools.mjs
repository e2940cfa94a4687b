// What the checks of the grid do over and over.
import assert from 'node:assert/strict'

export const ROWS = 1_000_000
export const grid = (page) => page.getByRole('grid')
export const cell = (page, row, column) => page.locator(`[aria-rowindex="${row + 2}"] [aria-colindex="${column + 2}"]`)
export const press = (page, ...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve())
export const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute('role'))
export const active = (page) =>
  page.evaluate(() => {
    const here = document.getElementById(document.activeElement?.getAttribute('aria-activedescendant') ?? '')
    return here && [Number(here.closest('[role=row]').getAttribute('aria-rowindex')) - 2, Number(here.getAttribute('aria-colindex')) - 2]
  })

/** A row lies whole between the header and the lower edge, and can be seen there. */
export async function lies(page, row) {
  await cell(page, row, 0).getByText(`Question ${row}`).waitFor()
  const boxes = await page.evaluate((index) => {
    const box = (selector) => document.querySelector(selector).getBoundingClientRect()
    const found = box(`[aria-rowindex="${index}"]`)
    return { top: found.top, bottom: found.bottom, header: box('.grid-head').bottom, end: box('[role=grid]').top + document.querySelector('[role=grid]').clientHeight }
  }, row + 2)
  assert.ok(boxes.top >= boxes.header - 1, `row ${row} is behind the header: ${JSON.stringify(boxes)}`)
  assert.ok(boxes.bottom <= boxes.end + 1, `row ${row} is below the edge: ${JSON.stringify(boxes)}`)
}

export async function goTo(page, row) {
  await page.getByLabel('Row', { exact: true }).fill(String(row + 1))
  await press(page, 'Enter')
  await lies(page, row)
}

const STEPS = 120
export const STEP_MS = 8

const worked = async (client) => (await client.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value

/** How many times slower than an idle machine (a hundred million additions in 40 ms) this one is now, by the clock and by its own time. */
export async function slowness(page, client) {
  const before = await worked(client)
  const wall = await page.evaluate(() => {
    const began = performance.now()
    let sum = 0
    for (let n = 0; n < 1e8; n += 1) sum = (sum + n) | 0
    globalThis.sum = sum
    return performance.now() - began
  })
  const times = (ms) => Math.max(1, Math.round(ms / 4) / 10)
  return { wall: times(wall), work: times(((await worked(client)) - before) * 1000) }
}

/** The distances of frames while something is done over and over, and the work of the page's main thread for each time. */
export async function frames(page, client, step) {
  await page.evaluate(() => {
    globalThis.seen = []
    let last = performance.now()
    const look = (now) => {
      globalThis.seen.push(now - last)
      last = now
      globalThis.next = requestAnimationFrame(look)
    }
    globalThis.next = requestAnimationFrame(look)
  })
  const before = await worked(client)
  for (let n = 0; n < STEPS; n += 1) await step()
  const work = (await worked(client)) - before
  const seen = await page.evaluate(() => {
    cancelAnimationFrame(globalThis.next)
    return globalThis.seen.slice(1).sort((one, other) => one - other)
  })
  const at = (q) => Math.round(seen[Math.min(seen.length - 1, Math.floor(seen.length * q))] * 10) / 10
  return { p50: at(0.5), p95: at(0.95), max: at(1), workPerStep: Math.round((work / STEPS) * 1e5) / 100 }
}
