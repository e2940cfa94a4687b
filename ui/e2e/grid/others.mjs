// Columns, keys, fingers, looks.
import assert from 'node:assert/strict'
import { active, cell, focused, grid, lies, press, ROWS } from './tools.mjs'

export const others = [
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
