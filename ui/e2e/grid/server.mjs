// A million rows that take 25 ms to come, with edits, conflicts, a journal and find: what the grid's test needs of a server.
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'

const ROWS = 1_000_000
export const DELAY_MS = 25
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2', '.svg': 'image/svg+xml' }
const PIXEL = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC'

const policy = (nonce) =>
  `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; font-src 'self'; img-src 'self' data:; connect-src 'self'; ` +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

function made(n) {
  const question = `Question ${n}: why does ${['rain', 'snow', 'light', 'sound'][n % 4]} reach us, and how long does it take on its way?`
  const answer = `Answer ${n}. ${'It takes as long as the way is long. '.repeat(1 + (n % 3))}`
  return {
    id: `r${n}`,
    revision: '1',
    cut: n % 50 === 7 ? ['question'] : [],
    cells: {
      question: n % 50 === 7 ? question.slice(0, 40) : question,
      score: ((n * 37) % 101) / 100,
      done: n % 3 === 0,
      tags: n % 5 ? ['physics', ['easy', 'hard'][n % 2]] : [],
      chat: [{ role: 'user', content: question }, { role: 'assistant', content: answer }],
      pair: { chosen: answer, rejected: 'I do not know.' },
      picture: n % 4 ? PIXEL : null,
      meta: { source: 'made', n },
      tokens: 100 + ((n * 7919) % 9000),
      ...Object.fromEntries(Array.from({ length: 46 }, (_, m) => [`m${m}`, n * 100 + m])),
    },
  }
}

class Rows {
  edited = new Map()
  gone = new Set()
  past = []
  future = []

  of(n) {
    return this.edited.get(n) ?? made(n)
  }

  /** The numbers of the rows of a view, without making a list of a million. */
  view(matching, order) {
    const length = matching === 'few' ? 50 : ROWS
    const gone = [...this.gone].sort((a, b) => a - b)
    const nth = (n) => gone.reduce((at, out) => (out <= at ? at + 1 : at), order.endsWith(':down') ? length - 1 - gone.length - n : n)
    return { length: length - gone.length, nth }
  }

  change(changes) {
    const before = new Map(changes.map(({ row }) => [row, this.of(number(row)).revision]))
    this.remember()
    return changes.map(({ row, column, value, seen }) => {
      const conflict = before.get(row) !== seen
      if (!conflict) this.write(number(row), column, value)
      return { row, column, conflict, now: this.of(number(row)) }
    })
  }

  write(n, column, value) {
    const row = this.of(n)
    const cut = row.cut.filter((name) => name !== column)
    this.edited.set(n, { ...row, cut, cells: { ...row.cells, [column]: value }, revision: String(Number(row.revision) + 1) })
  }

  remove({ all, rows }) {
    this.remember()
    if (all) throw new Error('The test deletes some rows, not all.')
    for (const row of rows) this.gone.add(number(row))
    return { says: `Deleted ${rows.length} ${rows.length === 1 ? 'row' : 'rows'}.`, rows: [] }
  }

  remember() {
    this.past.push([new Map(this.edited), new Set(this.gone)])
    this.future = []
  }

  travel(from, to, says) {
    const state = from.pop()
    if (!state) return null
    to.push([this.edited, this.gone])
    ;[this.edited, this.gone] = state
    return { says, rows: [] }
  }

  find({ text, row, backwards, matching, order }) {
    const { length, nth } = this.view(matching, order)
    const step = backwards === 'true' ? -1 : 1
    for (let n = 1; n <= Math.min(length, 5000); n += 1) {
      const at = (Number(row) + step * n + length) % length
      const said = String(this.of(nth(at)).cells.question).toLowerCase()
      if (said.includes(text.toLowerCase())) return { row: at, column: 'question' }
    }
    return null
  }
}

const number = (id) => Number(id.slice(1))

function whole(rows, n) {
  const row = rows.of(n)
  return row.cut.length ? { ...row, cut: [], cells: { ...row.cells, question: `Question ${n}, in full length` } } : row
}

export async function serve(folder) {
  const rows = new Rows()
  const counts = { pages: 0, aborted: 0, failing: false, delay: DELAY_MS }
  const acts = {
    '/rows': ({ start, limit, matching, order }) => {
      const { length, nth } = rows.view(matching, order)
      const count = Math.max(0, Math.min(Number(limit), length - Number(start)))
      return { rows: Array.from({ length: count }, (_, n) => rows.of(nth(Number(start) + n))), total: length }
    },
    '/row': ({ id }) => whole(rows, number(id)),
    '/find': (asked) => rows.find(asked),
    '/change': (_, body) => rows.change(body),
    '/remove': (_, body) => rows.remove(body),
    '/undo': () => rows.travel(rows.past, rows.future, 'Undone.'),
    '/redo': () => rows.travel(rows.future, rows.past, 'Made again.'),
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost')
    const act = acts[url.pathname]
    if (!act) return file(folder, url.pathname, response)
    let body = ''
    for await (const chunk of request) body += chunk
    if (url.pathname === '/rows') counts.pages += 1
    await new Promise((resolve) => setTimeout(resolve, counts.delay))
    if (response.destroyed) counts.aborted += 1
    if (counts.failing) return response.writeHead(500).end()
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(act(Object.fromEntries(url.searchParams), body && JSON.parse(body))))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, rows, counts, url: `http://127.0.0.1:${server.address().port}` }
}

async function file(folder, path, response) {
  const name = path === '/' ? '/index.html' : normalize(path)
  const nonce = randomBytes(16).toString('base64')
  try {
    const found = await readFile(join(folder, name))
    const body = name === '/index.html' ? found.toString().replace('__NONCE__', nonce) : found
    response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream', 'content-security-policy': policy(nonce) }).end(body)
  } catch {
    response.writeHead(404).end()
  }
}
