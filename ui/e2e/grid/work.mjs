// What is done to cells and rows.
import assert from 'node:assert/strict'
import { active, cell, focused, goTo, grid, press } from './tools.mjs'

export const work = [
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
]
