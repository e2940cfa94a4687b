// Whether src/api/schema.ts is what openapi.json says.
import { readFileSync } from 'node:fs'
import openapi, { astToString } from 'openapi-typescript'

const made = astToString(await openapi(new URL('openapi.json', import.meta.url)))
const kept = readFileSync(new URL('src/api/schema.ts', import.meta.url), 'utf8')
if (!kept.endsWith(made)) {
  console.error('src/api/schema.ts is stale: run scripts/node.sh npm run schema')
  process.exit(1)
}
