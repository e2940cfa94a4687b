import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { EMPTY_LAYOUT, fitLayout, place } from '@/core/grid/columns'
import { BAR } from '@/core/grid/scroll'
import type { GridColumn } from '@/core/grid/source'
import { Scroller } from './scroller'

const columns: GridColumn[] = Array.from({ length: 30 }, (_, n) => ({ name: `c${n}`, kind: 'number' }))
const content = { rows: 1_000_000, rowHeight: 28, header: 32, gutter: 80, placement: place(columns, fitLayout(EMPTY_LAYOUT, columns), 1000) }

let root: HTMLElement
let body: HTMLElement
let scroller: Scroller
let release: () => void
let height: number

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['requestAnimationFrame', 'cancelAnimationFrame', 'performance'] })
  root = document.createElement('div')
  body = document.createElement('div')
  height = 600
  Object.defineProperties(root, { clientWidth: { value: 1000 }, clientHeight: { get: () => height } })
  scroller = new Scroller()
  release = scroller.attach(root, body)
  scroller.fit(content, 0)
})

afterEach(() => {
  release()
  vi.useRealTimers()
})

const frame = () => vi.advanceTimersToNextFrame()

function wheel(init: WheelEventInit): boolean {
  const untouched = root.dispatchEvent(new WheelEvent('wheel', { cancelable: true, ...init }))
  frame()
  return untouched
}

/** The first row that can be seen, in rows. */
const seen = () => scroller.view.first - Number(/-?\d+/.exec(body.style.transform)?.[0]) / 28

it('a wheel moves the rows pixel for pixel, and the bar with them', () => {
  expect(wheel({ deltaY: 2800 })).toBe(false)
  scroller.fit(content, scroller.view.first)
  expect([scroller.view.first, body.style.transform, root.scrollTop]).toEqual([96, 'translateY(-112px)', 800])
  expect(seen()).toBe(100)
})

it('a wheel that moves both ways moves both axes', () => {
  wheel({ deltaY: 100, deltaX: 40 })
  expect([scroller.topRow, root.scrollLeft]).toEqual([4, 40])
})

it('leaves zooming, and movement to the side alone, to the browser', () => {
  expect([wheel({ deltaY: 100, ctrlKey: true }), wheel({ deltaX: 40 }), wheel({ deltaY: 40, shiftKey: true })]).toEqual([true, true, true])
  expect([scroller.topRow, root.scrollLeft]).toEqual([0, 0])
})

it('a bar that is dragged leads to its place; one that was put there does not', () => {
  root.scrollTop = BAR / 2
  root.dispatchEvent(new Event('scroll'))
  frame()
  expect(scroller.topRow / 1_000_000).toBeCloseTo(0.5, 3)
  wheel({ deltaY: 3 })
  const { topRow } = scroller
  root.dispatchEvent(new Event('scroll'))
  frame()
  expect(scroller.topRow).toBe(topRow)
})

it('a grid that grows at its end shows the last row still', () => {
  height = 560
  root.dispatchEvent(new Event('scroll'))
  scroller.revealRow(999_999)
  frame()
  height = 600
  root.scrollTop = BAR - 600 // the browser's doing
  root.dispatchEvent(new Event('scroll'))
  frame()
  scroller.fit(content, scroller.view.first)
  expect(seen()).toBeCloseTo(1_000_000 - (600 - 32) / 28, 1)
})

it('brings rows and columns into view', () => {
  scroller.revealRow(999_999)
  frame()
  expect(scroller.view.first + scroller.view.count).toBe(1_000_000)
  scroller.revealColumn(29)
  expect(root.scrollLeft).toBe(30 * 104 - 920)
  scroller.revealStart()
  expect(root.scrollLeft).toBe(0)
})

it('fewer rows than before: the last one is at the end', () => {
  scroller.revealRow(999_999)
  frame()
  scroller.fit({ ...content, rows: 100 }, scroller.view.first)
  expect([scroller.view.first + scroller.view.count, scroller.topRow]).toEqual([100, 80])
})

it('other heights of rows keep the place', () => {
  scroller.revealRow(5000)
  frame()
  const { topRow } = scroller
  scroller.fit({ ...content, rowHeight: 56 }, scroller.view.first)
  expect(scroller.topRow).toBe(topRow)
})

function touch(type: string, y: number | null): void {
  const event = new Event(type)
  Object.assign(event, { touches: y === null ? [] : [{ clientY: y }] })
  root.dispatchEvent(event)
}

it('a finger is followed pixel for pixel, and a flick goes on for a while', () => {
  touch('touchstart', 500)
  for (let y = 490; y >= 400; y -= 10) {
    vi.advanceTimersByTime(10)
    touch('touchmove', y)
  }
  frame()
  expect(scroller.topRow).toBe(Math.round(100 / 28))
  touch('touchend', null)
  vi.advanceTimersByTime(3000)
  const rest = scroller.topRow
  expect(rest).toBeGreaterThan(10)
  vi.advanceTimersByTime(1000)
  expect(scroller.topRow).toBe(rest)
})

it('a finger that rests before it leaves flicks nothing', () => {
  touch('touchstart', 500)
  vi.advanceTimersByTime(10)
  touch('touchmove', 400)
  vi.advanceTimersByTime(150)
  touch('touchend', null)
  vi.advanceTimersByTime(1000)
  expect(scroller.topRow).toBe(Math.round(100 / 28))
})

it('a new touch stops the flick', () => {
  touch('touchstart', 500)
  vi.advanceTimersByTime(10)
  touch('touchmove', 400)
  touch('touchend', null)
  vi.advanceTimersByTime(100)
  touch('touchstart', 300)
  const { topRow } = scroller
  vi.advanceTimersByTime(1000)
  expect(scroller.topRow).toBe(topRow)
})

it('hears nothing after it was let go', () => {
  release()
  wheel({ deltaY: 2800 })
  expect(scroller.topRow).toBe(0)
})
