import { queries } from '@/api/client'
import { Combobox, type ComboboxProps } from '@/ui/Combobox'

/** A model by its name; those that can be asked first. */
export function ModelField(props: Omit<ComboboxProps, 'choices' | 'foot'>) {
  const { data } = queries.useQuery('get', '/api/v1/models', { params: { query: { limit: 1000 } } })
  const known = (data?.items as { model: string; key?: boolean }[] | undefined) ?? []
  const named = known.filter(({ model }) => !model.includes('*'))
  const ready = [...named.filter(({ key }) => key !== false), ...named.filter(({ key }) => key === false)]
  return (
    <Combobox
      {...props}
      placeholder="provider/name"
      choices={ready.map(({ model, key }) => ({ value: model, note: key === false ? <span className="text-label text-warn">no key</span> : undefined }))}
      foot="Any other name can be typed. Keys are kept in Settings."
    />
  )
}
