import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/** A JSON object whose fields are not checked yet. */
export type JsonObject = { readonly [key: string]: unknown }

/** True if a value is a JSON object and not an array. */
export const isJsonObject = (value: unknown): value is JsonObject => Predicate.isRecord(value) && !Array.isArray(value)

/**
 * Makes a decoder that is built at its first use. There are many decoders, a run of the program needs few, and building
 * one takes longer than using it.
 */
const lazyDecoder = <A, I>(schema: Schema.Schema<A, I>): ((value: unknown) => Option.Option<A>) => {
  let decode: ((value: unknown) => Option.Option<A>) | undefined
  return (value) => (decode ??= Schema.decodeUnknownOption(schema))(value)
}

/**
 * A field that counts as absent if it is missing, null, or of another type. Many versions of several programs write
 * rollouts: a field of an unexpected type must not make its line unreadable.
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

/** Decodes an object whose fields are all {@link lenient}; a value that is not an object has no fields. Never fails. */
export const decodeLenient = <A, I>(schema: Schema.Schema<A, I>, empty: A): ((value: unknown) => A) => {
  const decode = lazyDecoder(schema)
  return (value) => Option.getOrElse(decode(value), () => empty)
}
