import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { setNonce } from 'get-nonce'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { newCache } from '@/api/cache'
import { listen } from '@/core/hotkeys'
import { cspNonce } from '@/core/machine'
import { newRouter } from '@/pages/router'
import '@/ui/theme.css'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')

if (cspNonce !== undefined) setNonce(cspNonce)
const cache = newCache()
listen(window)
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={cache}>
      <RouterProvider router={newRouter()} />
    </QueryClientProvider>
  </StrictMode>,
)
// Nothing on the page waits for this.
void import('@/api/live').then(({ followLive }) => followLive(cache))
