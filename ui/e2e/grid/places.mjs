// Where the rows are, and how fast.
import assert from 'node:assert/strict'
import { active, cell, frames, goTo, grid, lies, press, ROWS, slowness, STEP_MS } from './tools.mjs'

export const places = [
  ['first row, last row by the keyboard and by the bar', async ({ page, figures }) => {
    await lies(page, 0)
    await grid(page).focus()
    const began = Date.now()
    await press(page, 'Control+End')
    await lies(page, ROWS - 1)
    figures.lastRowMs = Date.now() - began
    assert.equal((await active(page))[0], ROWS - 1)
    await press(page, 'Control+Home')
    await lies(page, 0)
    await grid(page).evaluate((root) => { root.scrollTop = root.scrollHeight })
    await lies(page, ROWS - 1)
    await grid(page).evaluate((root) => { root.scrollTop = 0 })
    await lies(page, 0)
  }],

  ['jumps to any row', async ({ page, figures }) => {
    const took = []
    for (const row of [500_000, 123_456, 999_998, 1]) {
      const began = Date.now()
      await goTo(page, row)
      took.push(Date.now() - began)
    }
    figures.jumpMs = took
  }],

  ['rows at the very end are even', async ({ page }) => {
    await grid(page).focus()
    await press(page, 'Control+End')
    await lies(page, ROWS - 1)
    const tops = await page.locator('.grid-row:not([data-away])').evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().top))
    const steps = tops.slice(1).map((top, n) => Math.round((top - tops[n]) * 100) / 100)
    assert.deepEqual([...new Set(steps)], [28])
  }],

  ['arrows go on over the borders of pages', async ({ page }) => {
    await goTo(page, 197)
    for (const row of [198, 199, 200, 201]) {
      await press(page, 'ArrowDown')
      assert.equal((await active(page))[0], row)
      await lies(page, row)
    }
    await press(page, 'PageDown', 'PageUp', 'ArrowUp')
    await lies(page, 200)
  }],

  ['wheels move both axes, and a pixel is a pixel', async ({ page }) => {
    const box = await grid(page).boundingBox()
    await page.mouse.move(box.x + 600, box.y + 400)
    const before = await cell(page, 8, 0).boundingBox()
    await page.mouse.wheel(300, 56)
    await page.waitForTimeout(100)
    const after = await cell(page, 8, 0).boundingBox()
    assert.equal(Math.round(before.y - after.y), 56)
    assert.equal(await grid(page).evaluate((root) => root.scrollLeft), 300)
  }],

  ['the cell with the cursor is always there', async ({ page }) => {
    await grid(page).focus()
    await press(page, 'ArrowDown', 'ArrowRight')
    await page.mouse.move(700, 500)
    await page.mouse.wheel(0, 50_000)
    await page.waitForTimeout(150)
    assert.deepEqual(await active(page), [1, 1])
    await press(page, 'ArrowDown')
    await lies(page, 2)
  }],

  ['smooth over a million rows; nodes and memory bounded', async ({ page, context, figures, counts }) => {
    const client = await context.newCDPSession(page)
    await client.send('Performance.enable', { timeDomain: 'threadTicks' })
    figures.idle = await frames(page, client, () => page.waitForTimeout(STEP_MS))
    const slow = (figures.slowness = await slowness(page, client))
    for (const [name, x, y] of [['down', 0, 400], ['right', 60, 0], ['both', -60, 400]]) {
      await page.mouse.move(700, 500)
      const found = (figures[name] = await frames(page, client, async () => {
        await page.mouse.wheel(x, y)
        await page.waitForTimeout(STEP_MS)
      }))
      if (slow.wall < 1.5) assert.ok(found.p95 <= 33, `${name}: p95 frame ${found.p95} ms`) // a busy machine drops frames of any page
      assert.ok(found.workPerStep <= 16 * slow.work, `${name}: ${found.workPerStep} ms of work for a step`)
    }
    figures.pagesAsked = counts.pages
    for (let n = 0; n < 130; n += 1) {
      await grid(page).evaluate((root, part) => { root.scrollTop = root.scrollHeight * part }, ((n * 37) % 130) / 130)
      await page.waitForTimeout(90)
    }
    await page.waitForTimeout(300)
    figures.nodes = await page.evaluate(() => document.querySelectorAll('[role=grid] *').length)
    await client.send('HeapProfiler.collectGarbage')
    figures.heapMb = Math.round((await page.evaluate(() => performance.memory.usedJSHeapSize)) / 1e5) / 10
    assert.ok(figures.nodes < 2500, `${figures.nodes} nodes`)
    assert.ok(figures.heapMb < 120, `${figures.heapMb} MB`)
  }],

  ['gives up pages that nobody waits for', async ({ page, counts, figures }) => {
    const before = counts.aborted
    counts.delay = 3000
    for (let n = 1; n < 5; n += 1) {
      const asked = counts.pages
      await grid(page).evaluate((root, part) => { root.scrollTop = root.scrollHeight * part }, n / 5)
      while (counts.pages === asked) await page.waitForTimeout(20)
    }
    await page.waitForTimeout(3500)
    figures.aborted = counts.aborted - before
    assert.ok(figures.aborted > 0, 'no request was given up')
  }],
]
