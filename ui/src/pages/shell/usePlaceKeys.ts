import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { bind } from '@/core/hotkeys'
import { more, places } from '../places'
import { useProject } from '../useProject'

/** Binds the keys that lead to the places. */
export function usePlaceKeys(): void {
  const navigate = useNavigate()
  const project = useProject()
  useEffect(() => {
    const leave = [...places, ...more].map(({ command, to }) => bind({ id: command, run: () => void navigate({ to, params: { project } }) }))
    return () => {
      leave.forEach((away) => {
        away()
      })
    }
  }, [navigate, project])
}
