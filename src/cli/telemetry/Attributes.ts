/** An attribute in OTLP's JSON form. */
export interface Attribute {
  readonly key: string
  readonly value:
    | { readonly stringValue: string }
    | { readonly boolValue: boolean }
    | { readonly intValue: string }
    | { readonly doubleValue: number }
}

/** Maximum length of an attribute's text in characters. A longer text is cut. */
const longest = 1_000

const valueOf = (value: unknown): Attribute["value"] | undefined => {
  switch (typeof value) {
    case "string":
      return { stringValue: value.slice(0, longest) }
    case "boolean":
      return { boolValue: value }
    case "bigint":
      return { intValue: String(value) }
    case "number":
      return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
    default:
      return undefined
  }
}

/** Selects the attributes whose values are texts, numbers or booleans. Only these are sent. */
export const attributesOf = (entries: Iterable<readonly [string, unknown]>): ReadonlyArray<Attribute> =>
  Array.from(entries).flatMap(([key, given]) => {
    const value = valueOf(given)
    return value === undefined ? [] : [{ key, value }]
  })
