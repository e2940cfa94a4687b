import '@testing-library/jest-dom/vitest'
import { cleanup } from '@testing-library/react'
import { afterEach } from 'vitest'

afterEach(cleanup)

const nothing = () => undefined

// jsdom has no layout: what components ask of it is answered plainly.
window.matchMedia = (query) =>
  Object.assign(new EventTarget(), { matches: false, media: query, onchange: null, addListener: nothing, removeListener: nothing })
globalThis.ResizeObserver = class {
  observe = nothing
  unobserve = nothing
  disconnect = nothing
}
Element.prototype.scrollIntoView = nothing
Element.prototype.hasPointerCapture = () => false
