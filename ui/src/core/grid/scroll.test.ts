import { expect, it } from 'vitest'
import {
  BAR, barHeight, clampOffset, fromBar, glide, logicalHeight, ratio, reveal, revealSpan, rowWindow, toBar, wheelPixels, type Extent,
} from './scroll'

const small: Extent = { rows: 1000, rowHeight: 32, header: 64, viewport: 800 }
const million: Extent = { ...small, rows: 1_000_000 }

it('a small grid scrolls its own height, a large one eight million pixels', () => {
  expect(barHeight(small)).toBe(32_064)
  expect(ratio(small)).toBe(1)
  expect(barHeight(million)).toBe(BAR)
  expect(ratio(million)).toBeCloseTo(4, 2)
})

it('counts the header, so that the end of the bar shows the last row whole', () => {
  const end = fromBar(BAR - million.viewport, million)
  expect(end).toBe(logicalHeight(million) - million.viewport)
  const bottom = million.header + (million.rows * million.rowHeight - end)
  expect(bottom).toBe(million.viewport)
})

it('the bar and the offset agree at both ends and between', () => {
  for (const offset of [0, 1, 12_345_678, 31_999_264]) {
    const back = fromBar(toBar(offset, million), million)
    expect(Math.abs(back - offset)).toBeLessThanOrEqual(ratio(million))
  }
  expect(toBar(clampOffset(1e12, million), million)).toBe(BAR - million.viewport)
})

it('a grid lower than the screen does not scroll', () => {
  const few = { ...small, rows: 3 }
  expect(clampOffset(500, few)).toBe(0)
  expect(ratio(few)).toBe(1)
})

it('renders what is on the screen and four rows around it', () => {
  expect(rowWindow(0, small)).toEqual({ first: 0, count: 29 })
  expect(rowWindow(3200, small)).toEqual({ first: 96, count: 33 })
  expect(rowWindow(clampOffset(1e9, small), small)).toEqual({ first: 973, count: 27 })
  expect(rowWindow(0, { ...small, rows: 0 })).toEqual({ first: 0, count: 0 })
})

it('brings a row between the header and the lower edge', () => {
  expect(reveal(0, 10, small)).toBe(0)
  expect(reveal(0, 22, small)).toBe(0) // its lower edge is at 736, the last pixel of the body
  expect(reveal(0, 23, small)).toBe(32)
  expect(reveal(3200, 50, small)).toBe(1600)
  expect(reveal(0, 999, small)).toBe(logicalHeight(small) - small.viewport)
  const low = { ...small, rowHeight: 96, viewport: 120 }
  expect(reveal(0, 5, low)).toBe(480) // higher than the body: its upper edge
})

it('brings a column into an opening', () => {
  expect(revealSpan(0, 100, 100, 300)).toBe(0)
  expect(revealSpan(0, 250, 100, 300)).toBe(50)
  expect(revealSpan(200, 100, 100, 300)).toBe(100)
  expect(revealSpan(0, 250, 400, 300)).toBe(250)
})

it('reads wheels that count in lines and pages', () => {
  expect([0, 1, 2].map((mode) => wheelPixels(3, mode, 32, 800))).toEqual([3, 96, 2400])
})

it('a flick slows down and comes to rest', () => {
  expect(glide(2, 0)).toEqual({ moved: 0, rests: false })
  expect(glide(2, 325).moved).toBeCloseTo(410.9, 0)
  expect(glide(2, 5000)).toMatchObject({ rests: true })
  expect(glide(-2, 325).moved).toBeCloseTo(-410.9, 0)
})
