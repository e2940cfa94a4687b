import { Link } from '@tanstack/react-router'

/** The way to the keys, for where one is missing. */
export function KeysLink() {
  return (
    <Link to="/settings/models" className="font-medium text-accent underline underline-offset-2">
      Add the key
    </Link>
  )
}
