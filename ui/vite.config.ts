import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const server = process.env.ROWSMITH_SERVER ?? 'http://127.0.0.1:8765'

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { '@': new URL('./src', import.meta.url).pathname } },
  build: {
    outDir: '../src/rowsmith/web',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // an inlined font would need data: in the content security policy
    modulePreload: { polyfill: false },
    manifest: true,
  },
  server: { host: '127.0.0.1', proxy: { '/api': { target: server, ws: false } } },
  test: {
    environment: 'jsdom',
    pool: 'vmThreads', // one jsdom a worker, and yet each file in a context of its own
    setupFiles: ['src/test-setup.ts'],
    include: ['src/**/*.test.{ts,tsx}', '*.test.ts'],
    restoreMocks: true,
  },
})
