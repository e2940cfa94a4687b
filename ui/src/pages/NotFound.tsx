import { Link } from '@tanstack/react-router'
import { MapPinOff } from 'lucide-react'
import { EmptyState } from '@/ui/EmptyState'
import { Page } from '@/ui/Page'

export function NotFound() {
  return (
    <Page title="Not found">
      <EmptyState icon={<MapPinOff />} title="There is nothing at this address">
        <p>
          The link may be old.{' '}
          <Link to="/" className="text-accent underline underline-offset-2">
            Go to the datasets
          </Link>
        </p>
      </EmptyState>
    </Page>
  )
}
