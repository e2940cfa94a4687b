import { usd } from '@/core/format'
import { Badge } from '@/ui/Badge'
import { Combobox, type ComboboxProps } from '@/ui/Combobox'
import { useModels, type KnownModel } from './useRecipes'

/** A model by its name: those that are known with their price and whether their key is there, those that can be asked first. */
export function ModelPicker(props: Omit<ComboboxProps, 'choices' | 'foot'>) {
  const models = useModels().filter((one) => !one.model.includes('*'))
  const ready = [...models.filter((one) => one.key !== false), ...models.filter((one) => one.key === false)]
  const chosen = models.find((one) => one.model === props.value)
  return (
    <div className="flex flex-col gap-1">
      <Combobox
        {...props}
        choices={ready.map((one) => ({ value: one.model, note: <Note model={one} /> }))}
        foot="Prices in and out for a million tokens. Any other name can be typed."
      />
      {chosen && (
        <span className="flex items-center gap-2 text-label">
          <Note model={chosen} />
        </span>
      )}
    </div>
  )
}

function Note({ model: { key, price_in, price_out } }: { model: KnownModel }) {
  return (
    <>
      <span className="text-label whitespace-nowrap text-muted tabular-nums">
        {price_in === undefined || price_out === undefined ? 'no price' : price_in + price_out === 0 ? 'free' : `${usd(price_in)} · ${usd(price_out)}`}
      </span>
      {key === false ? <Badge tone="warn">no key</Badge> : key === true ? <Badge tone="ok">key</Badge> : <Badge>needs no key</Badge>}
    </>
  )
}
