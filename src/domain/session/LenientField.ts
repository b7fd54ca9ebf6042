import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/** A JSON object whose fields have not been looked at yet. */
export type JsonObject = { readonly [key: string]: unknown }

/** Whether a value is a JSON object, arrays excluded. */
export const isJsonObject = (value: unknown): value is JsonObject => Predicate.isRecord(value) && !Array.isArray(value)

/** A decoder made when it is first needed: there are many, a start needs few, and making one takes longer than using it. */
const lazyDecoder = <A, I>(schema: Schema.Schema<A, I>): ((value: unknown) => Option.Option<A>) => {
  let decode: ((value: unknown) => Option.Option<A>) | undefined
  return (value) => (decode ??= Schema.decodeUnknownOption(schema))(value)
}

/**
 * A field that counts as absent when it is missing, null or of another shape. Rollouts are written by many versions of
 * several programs: one field of a surprising type must not cost the line it stands in.
 */
export const lenient = <A, I>(schema: Schema.Schema<A, I>) => {
  const decode = lazyDecoder(schema)
  return Schema.optional(
    Schema.transform(Schema.Unknown, Schema.UndefinedOr(Schema.typeSchema(schema)), {
      strict: true,
      decode: (value) => Option.getOrUndefined(decode(value)),
      encode: (value) => value
    })
  )
}

/** Decodes an object whose fields are all {@link lenient}: what is no object at all has no fields. Never fails. */
export const decodeLenient = <A, I>(schema: Schema.Schema<A, I>, empty: A): ((value: unknown) => A) => {
  const decode = lazyDecoder(schema)
  return (value) => Option.getOrElse(decode(value), () => empty)
}
