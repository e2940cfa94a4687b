import assert from 'node:assert/strict'

const ROWS = 1_000_000
const grid = (page) => page.getByRole('grid')
const cell = (page, row, column) => page.locator(`[aria-rowindex="${row + 2}"] [aria-colindex="${column + 2}"]`)
const press = (page, ...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve())
const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute('role'))
const active = (page) =>
  page.evaluate(() => {
    const here = document.getElementById(document.activeElement?.getAttribute('aria-activedescendant') ?? '')
    return here && [Number(here.closest('[role=row]').getAttribute('aria-rowindex')) - 2, Number(here.getAttribute('aria-colindex')) - 2]
  })

/** A row lies whole between the header and the lower edge, and can be seen there. */
async function lies(page, row) {
  await cell(page, row, 0).getByText(`Question ${row}`).waitFor()
  const boxes = await page.evaluate((index) => {
    const box = (selector) => document.querySelector(selector).getBoundingClientRect()
    const found = box(`[aria-rowindex="${index}"]`)
    return { top: found.top, bottom: found.bottom, header: box('.grid-head').bottom, end: box('[role=grid]').top + document.querySelector('[role=grid]').clientHeight }
  }, row + 2)
  assert.ok(boxes.top >= boxes.header - 1, `row ${row} is behind the header: ${JSON.stringify(boxes)}`)
  assert.ok(boxes.bottom <= boxes.end + 1, `row ${row} is below the edge: ${JSON.stringify(boxes)}`)
}

async function goTo(page, row) {
  await page.getByLabel('Row', { exact: true }).fill(String(row + 1))
  await press(page, 'Enter')
  await lies(page, row)
}

const STEPS = 120
const STEP_MS = 8

const worked = async (client) => (await client.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value

/** How many times slower than an idle machine (a hundred million additions in 40 ms) this one is now, by the clock and by its own time. */
async function slowness(page, client) {
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
async function frames(page, client, step) {
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

export const checks = [
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
    const idle = (figures.idle = await frames(page, client, () => page.waitForTimeout(STEP_MS)))
    const slow = (figures.slowness = await slowness(page, client))
    for (const [name, x, y] of [['down', 0, 400], ['right', 60, 0], ['both', -60, 400]]) {
      await page.mouse.move(700, 500)
      const found = (figures[name] = await frames(page, client, async () => {
        await page.mouse.wheel(x, y)
        await page.waitForTimeout(STEP_MS)
      }))
      assert.ok(found.p95 <= Math.max(33, idle.p95 * 2) * slow.wall, `${name}: p95 frame ${found.p95} ms`)
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
    counts.delay = 400
    for (let n = 1; n < 12; n += 1) {
      await grid(page).evaluate((root, part) => { root.scrollTop = root.scrollHeight * part }, n / 12)
      await page.waitForTimeout(100)
    }
    await page.waitForTimeout(800)
    figures.aborted = counts.aborted - before
    assert.ok(figures.aborted > 0, 'no request was given up')
  }],

  ['edits in place, shown at once, taken back and made again', async ({ page, rows, figures }) => {
    await grid(page).focus()
    await press(page, 'F2')
    await page.keyboard.press('Control+a')
    await page.keyboard.type('Edited')
    const shown = await page.evaluate(async () => {
      const field = document.querySelector('.grid-editor textarea')
      const began = performance.now()
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
      while (!document.querySelector('[aria-rowindex="2"]').textContent.includes('Edited')) await new Promise(requestAnimationFrame)
      return performance.now() - began
    })
    figures.editShownMs = Math.round(shown * 10) / 10
    assert.equal(await focused(page), 'grid')
    assert.deepEqual(await active(page), [1, 0])
    await page.waitForFunction(() => !document.querySelector('[data-pending]'))
    assert.equal(rows.of(0).cells.question, 'Edited')
    await press(page, 'Control+z')
    await cell(page, 0, 0).getByText('Question 0:').waitFor()
    await press(page, 'Control+Shift+z')
    await cell(page, 0, 0).getByText('Edited').waitFor()
  }],

  ['typing begins an edit; Escape and Enter give the focus back', async ({ page, rows }) => {
    await grid(page).focus()
    await press(page, 'ArrowRight')
    await page.keyboard.type('0.25')
    assert.equal(await page.getByLabel('Edit Score').inputValue(), '0.25')
    await press(page, 'Escape')
    assert.equal(await focused(page), 'grid')
    assert.equal(rows.of(0).cells.score, 0)
    await page.keyboard.type('high')
    await press(page, 'Enter')
    await page.getByRole('alert').getByText('“high” is no number').waitFor()
    await press(page, 'Control+a')
    await page.keyboard.type('0.5')
    await press(page, 'Tab')
    assert.deepEqual(await active(page), [0, 2])
    await page.waitForFunction(() => !document.querySelector('[data-pending]'))
    assert.equal(rows.of(0).cells.score, 0.5)
  }],

  ['an edit keeps its cell and its words while the rows scroll away', async ({ page, rows }) => {
    await grid(page).focus()
    await press(page, 'Enter')
    await page.keyboard.type(' and more')
    await page.mouse.move(900, 500)
    await page.mouse.wheel(0, 9000)
    await page.waitForTimeout(150)
    await page.keyboard.type(' still')
    await press(page, 'Control+Enter')
    await page.waitForFunction(() => !document.querySelector('[data-pending]'))
    assert.match(rows.of(0).cells.question, / and more still$/)
  }],

  ['words from an input method are composed whole', async ({ page, context, rows }) => {
    const client = await context.newCDPSession(page)
    await grid(page).focus()
    await press(page, 'Enter', 'Control+a')
    await client.send('Input.imeSetComposition', { text: 'にほ', selectionStart: 2, selectionEnd: 2 })
    await page.locator('textarea').evaluate((field) => field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true })))
    assert.equal(await page.locator('textarea').count(), 1)
    await client.send('Input.insertText', { text: '日本' })
    await press(page, 'Enter')
    await page.waitForFunction(() => !document.querySelector('[data-pending]'))
    assert.equal(rows.of(0).cells.question, '日本')
  }],

  ['a conflict shows both values and lets one choose', async ({ page, rows }) => {
    rows.write(0, 'question', 'Theirs')
    await grid(page).focus()
    await press(page, 'F2', 'Control+a')
    await page.keyboard.type('Mine')
    await press(page, 'Enter')
    await page.getByText('Someone else has changed this cell to “Theirs”. Yours was “Mine”.').waitFor()
    await cell(page, 0, 0).getByText('Theirs').waitFor()
    await page.getByRole('button', { name: 'Use mine' }).click()
    await cell(page, 0, 0).getByText('Mine').waitFor()
    await page.waitForFunction(() => !document.querySelector('[data-pending]'))
    assert.equal(rows.of(0).cells.question, 'Mine')
  }],

  ['a server that fails leaves the cell as it was', async ({ page, counts }) => {
    counts.failing = true
    await grid(page).focus()
    await press(page, 'F2', 'Control+a')
    await page.keyboard.type('Lost')
    await press(page, 'Enter')
    await page.getByText('The server answered 500.').waitFor()
    await cell(page, 0, 0).getByText('Question 0:').waitFor()
    counts.failing = false
    await page.getByRole('button', { name: 'Try again' }).click()
    await cell(page, 0, 0).getByText('Lost').waitFor()
    await page.waitForFunction(() => !document.querySelector('[data-pending]'))
  }],

  ['a long text is edited whole', async ({ page }) => {
    await goTo(page, 7)
    await press(page, 'Enter')
    await page.waitForFunction(() => document.querySelector('textarea')?.value === 'Question 7, in full length')
    await press(page, 'Escape')
  }],

  ['copies and pastes a range, over the border of pages', async ({ page, rows }) => {
    await goTo(page, 198)
    await press(page, 'ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowDown', 'Shift+ArrowDown', 'Control+c')
    const expected = [198, 199, 200].map((n) => `${rows.of(n).cells.score}\t${rows.of(n).cells.done}`).join('\n')
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), expected)
    await press(page, 'Escape')
    await goTo(page, 401)
    await press(page, 'ArrowLeft', 'Control+v')
    await page.getByText('Pasted into 3 rows.').waitFor()
    assert.deepEqual([401, 402, 403].map((n) => [rows.of(n).cells.score, rows.of(n).cells.done]), [198, 199, 200].map((n) => [rows.of(n).cells.score, rows.of(n).cells.done]))
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('Undone.').waitFor()
    assert.equal(rows.edited.size, 0)
  }],

  ['copies the whole of cells that are cut', async ({ page }) => {
    await goTo(page, 6)
    await press(page, 'Shift+ArrowDown', 'Control+c')
    await page.getByText('Copied 2 rows.').waitFor()
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /\nQuestion 7, in full length$/)
  }],

  ['fills down, clears, deletes, each one step back', async ({ page, rows }) => {
    await grid(page).focus()
    await press(page, 'ArrowRight', 'Shift+ArrowDown', 'Shift+ArrowDown', 'Control+d')
    await page.getByText('Filled 2 rows down.').waitFor()
    assert.deepEqual([1, 2].map((n) => rows.of(n).cells.score), [0, 0])
    await press(page, 'Delete')
    await page.getByText('Cleared 3 cells.').waitFor()
    assert.equal(rows.of(1).cells.score, null)
    await press(page, 'Control+z', 'Control+z')
    await page.waitForTimeout(200)
    assert.equal(rows.of(1).cells.score, 0.37)
    await press(page, 'Escape', 'Control+Delete')
    await page.getByText('Deleted 1 row.').waitFor()
    await page.waitForFunction(() => document.querySelector('[role=grid]').getAttribute('aria-rowcount') === '1000000')
    await press(page, 'Control+z')
    await page.waitForFunction(() => document.querySelector('[role=grid]').getAttribute('aria-rowcount') === '1000001')
  }],

  ['all that match, minus three: a selection without pages', async ({ page, counts }) => {
    await grid(page).focus()
    const before = counts.pages
    await press(page, 'Control+a', 'x', 'ArrowDown', 'x', 'ArrowDown', 'x')
    assert.equal(await page.locator('#selection').textContent(), 'All 1,000,000 rows that match, minus 3')
    assert.equal(counts.pages, before)
    assert.equal(await page.locator('.grid-row').nth(1).getAttribute('aria-selected'), 'false')
    assert.equal(await page.locator('.grid-row').nth(5).getAttribute('aria-selected'), 'true')
    await page.getByRole('button', { name: 'Filter' }).click()
    await page.waitForFunction(() => document.querySelector('#selection').textContent === 'No rows selected')
    await goTo(page, 2)
    await press(page, 'x', 'ArrowDown', 'ArrowDown', 'Shift+X')
    await page.waitForFunction(() => document.querySelector('#selection').textContent === '3 rows selected')
  }],

  ['keeps the old rows while another view loads', async ({ page }) => {
    await page.evaluate(() => {
      globalThis.blank_ = 0
      const look = () => { globalThis.blank_ = Math.max(globalThis.blank_, document.querySelectorAll('.grid-awaited').length); requestAnimationFrame(look) }
      look()
    })
    await page.locator('.grid-header[data-column=score] .grid-label').click()
    await page.locator('.grid-header[data-column=score][aria-sort=ascending]').waitFor()
    await page.locator('.grid-header[data-column=score] .grid-label').click()
    await cell(page, 0, 0).getByText('Question 999999').waitFor()
    await page.getByRole('button', { name: 'Filter' }).click()
    await cell(page, 0, 0).getByText('Question 49:').waitFor()
    assert.equal(await page.evaluate(() => globalThis.blank_), 0)
  }],

  ['columns: resize, move, pin, hide, by mouse', async ({ page }) => {
    const header = (name) => page.locator(`.grid-header[data-column=${name}]`)
    const drag = async (from, by) => {
      const box = await from.boundingBox()
      await page.mouse.move(box.x + box.width / 2, box.y + 12)
      await page.mouse.down()
      await page.mouse.move(box.x + box.width / 2 + by / 2, box.y + 12)
      await page.mouse.move(box.x + box.width / 2 + by, box.y + 12)
      await page.mouse.up()
    }
    const before = (await header('score').boundingBox()).width
    await drag(header('score').locator('.grid-resizer'), 100)
    assert.equal((await header('score').boundingBox()).width, before + 100)
    await drag(header('score').locator('.grid-label'), 240)
    assert.ok((await header('score').boundingBox()).x > (await header('done').boundingBox()).x)
    await header('done').getByRole('button').click()
    await page.getByRole('menuitem', { name: 'Pin to the left' }).click()
    assert.equal(await focused(page), 'grid')
    await grid(page).evaluate((root) => { root.scrollLeft = 3000 })
    await page.waitForTimeout(100)
    assert.ok((await header('done').boundingBox()).x < 400)
    await header('done').getByRole('button').click()
    await page.getByRole('menuitem', { name: 'Hide', exact: true }).click()
    await header('done').waitFor({ state: 'detached' })
  }],

  ['columns: all of it by the keyboard', async ({ page }) => {
    const width = () => page.locator('.grid-header[data-column=score]').evaluate((header) => header.offsetWidth)
    await grid(page).focus()
    await press(page, 'ArrowUp', 'ArrowRight')
    assert.deepEqual(await active(page), [-1, 1])
    const before = await width()
    await press(page, 'Shift+ArrowRight', 'Shift+ArrowRight')
    assert.equal(await width(), before + 32)
    await press(page, 'Control+Shift+ArrowRight')
    assert.equal(await page.locator('.grid-header[data-column=score]').getAttribute('aria-colindex'), '4')
    await press(page, 'Enter')
    await page.getByRole('menuitem', { name: 'Sort descending' }).waitFor()
    await press(page, 'ArrowDown', 'Enter')
    await page.locator('.grid-header[data-column=score][aria-sort=descending]').waitFor()
    assert.equal(await focused(page), 'grid')
    await press(page, 'Enter')
    await page.getByRole('menuitem', { name: '0.3–0.4' }).click()
    assert.equal(await page.locator('#acted').textContent(), 'bin score 3')
    await press(page, 'Control+ArrowRight')
    assert.deepEqual(await active(page), [-1, 54])
  }],

  ['acts and leaving: drawer, tag, comment; Escape then Tab goes out', async ({ page }) => {
    const acted = () => page.locator('#acted').textContent()
    await grid(page).focus()
    for (const [key, said] of [[' ', 'open 0 question'], ['t', 'tag 0 question'], ['c', 'comment 0 question'], ['e', 'editFull 0 question']]) {
      await press(page, key)
      assert.equal(await acted(), said)
    }
    await press(page, 'Tab')
    assert.deepEqual(await active(page), [0, 1])
    await press(page, 'Escape')
    assert.equal(await acted(), 'leave 0 score')
    await press(page, 'Tab')
    assert.notEqual(await focused(page), 'grid')
  }],

  ['finds, and marks what it found', async ({ page }) => {
    await grid(page).focus()
    await press(page, 'Control+f')
    await page.keyboard.type('question 312:')
    await press(page, 'Enter')
    await lies(page, 312)
    assert.equal(await cell(page, 312, 0).locator('mark').textContent(), 'Question 312:')
    await page.keyboard.type('nowhere')
    await press(page, 'Enter')
    await page.getByText('No cell contains “question 312:nowhere”.').waitFor()
    await press(page, 'Escape')
    assert.equal(await focused(page), 'grid')
  }],

  ['text can be selected in a cell; dragging into another makes a range', async ({ page }) => {
    const box = await cell(page, 2, 0).boundingBox()
    await page.mouse.move(box.x + 10, box.y + 14)
    await page.mouse.down()
    await page.mouse.move(box.x + 120, box.y + 14, { steps: 4 })
    assert.ok((await page.evaluate(() => getSelection().toString())).length > 5)
    const other = await cell(page, 4, 1).boundingBox()
    await page.mouse.move(other.x + 20, other.y + 14, { steps: 6 })
    await page.mouse.up()
    assert.equal(await page.evaluate(() => getSelection().toString()), '')
    assert.equal(await page.locator('.grid-cell[aria-selected=true]').count(), 6)
    assert.equal(await focused(page), 'grid')
  }],

  ['opens where it was left', async ({ page, url }) => {
    await page.goto(`${url}/?start=654321`)
    await lies(page, 654_321)
  }],

  ['a page that does not come says so and can be tried again', async ({ page, counts }) => {
    counts.failing = true
    await grid(page).focus()
    await press(page, 'Control+End')
    await page.getByText('The server answered 500.').waitFor()
    counts.failing = false
    await page.getByRole('button', { name: 'Try again' }).click()
    await lies(page, ROWS - 1)
  }],

  ['fingers: 390 pixels wide, a swipe is a swipe', async ({ page, context, axe }) => {
    await page.setViewportSize({ width: 390, height: 844 })
    const client = await context.newCDPSession(page)
    const swipe = async (x, from, to, slow) => {
      const touch = (type, y) => client.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] })
      await touch('touchStart', from)
      for (let n = 1; n <= 10; n += 1) {
        await touch('touchMove', from + ((to - from) * n) / 10)
        await page.waitForTimeout(slow)
      }
      await page.waitForTimeout(slow > 16 ? 150 : 0)
      await touch('touchMove', to)
      await touch('touchEnd')
    }
    const before = await cell(page, 10, 0).boundingBox()
    await swipe(200, 600, 500, 20)
    await page.waitForTimeout(200)
    const after = await cell(page, 10, 0).boundingBox()
    assert.ok(Math.abs(before.y - after.y - 100) <= 30, `moved ${before.y - after.y} for 100`)
    await swipe(200, 700, 300, 8)
    await page.waitForTimeout(1500)
    const top = await page.locator('.grid-row:not([data-away])').first().getAttribute('aria-rowindex')
    assert.ok(Number(top) >= 14, `a flick ended at row ${top}`)
    await page.waitForTimeout(200)
    await axe('narrow')
  }],

  ['axe finds nothing, in either theme; heights of rows', async ({ page, axe }) => {
    await axe('rows')
    await grid(page).focus()
    await press(page, 'ArrowDown', 'ArrowRight', 'Shift+ArrowDown', 'Shift+ArrowRight', 'x')
    await axe('selected')
    await press(page, 'Escape', 'ArrowLeft', 'ArrowLeft', 'F2')
    await page.locator('.grid-editor').waitFor()
    await axe('editing')
    await press(page, 'Escape', 'Control+f')
    await page.keyboard.type('why')
    await axe('finding')
    await press(page, 'Escape')
    for (const height of [32, 56, 96]) {
      await page.getByRole('button', { name: 'Taller' }).click()
      await page.locator(`[data-height="${height}"]`).waitFor()
      await grid(page).focus()
      await press(page, 'Control+End')
      await lies(page, ROWS - 1)
      await press(page, 'Control+Home')
      await axe(`high-${height}`)
    }
    await page.getByRole('button', { name: 'Column Score' }).click()
    await page.waitForTimeout(200)
    await axe('menu')
  }],
]
