import * as SqlSchema from "@effect/sql/SqlSchema"
import * as Array from "effect/Array"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

/** A column with a boolean, stored as 0 or 1 since SQLite has no booleans. */
export const Flag = Schema.transform(Schema.Literal(0, 1), Schema.Boolean, {
  strict: true,
  decode: (value) => value === 1,
  encode: (value) => (value ? 1 : 0)
})

/** A text of a row. It was redacted when it was stored, by the rules of that time: this schema alone makes safe text of what is read. */
export const StoredText = Schema.String.pipe(Schema.brand("SafeText"))

/** Marks a line about rows or their file, which names no more than they hold. */
export const storedText = StoredText.make

/** Reports a row that cannot be decoded, and the reason. */
export type ReportRow = (row: unknown, error: ParseResult.ParseError) => Effect.Effect<void>

/**
 * The handling of a row that cannot be decoded. Undefined makes the operation fail; a function is called with the row,
 * which is then left out.
 */
export class LeavingOut extends Context.Reference<LeavingOut>()("rollout-memories/sqlite/LeavingOut", {
  defaultValue: (): ReportRow | undefined => undefined
}) {}

/** Decodes a row; none for one that is left out. */
const orLeftOut = <A, I>(row: Schema.Schema<A, I>) => {
  const decode = ParseResult.decodeUnknownEither(row)
  const isRow = (value: unknown): value is Option.Option<A> => Option.isOption(value)
  return Schema.transformOrFail(Schema.Unknown, Schema.declare(isRow), {
    strict: true,
    decode: (given) =>
      Either.match(decode(given), {
        onRight: (value) => ParseResult.succeed(Option.some(value)),
        onLeft: (issue) =>
          Effect.flatMap(LeavingOut, (report) =>
            report === undefined
              ? ParseResult.fail(issue)
              : Effect.as(report(given, ParseResult.parseError(issue)), Option.none<A>())
          )
      }),
    encode: (value, _, ast) => ParseResult.fail(new ParseResult.Forbidden(ast, value, "rows are read only"))
  })
}

/** A query: the schemas of its request and of its rows, and its statement. */
interface Query<IA, II, A, I, E> {
  readonly Request: Schema.Schema<IA, II>
  readonly Result: Schema.Schema<A, I>
  readonly execute: (request: II) => Effect.Effect<ReadonlyArray<unknown>, E>
}

/** Makes a query that returns all rows; see {@link LeavingOut} for rows that cannot be decoded. */
export const findAll = <IA, II, A, I, E>(query: Query<IA, II, A, I, E>) => {
  const find = SqlSchema.findAll({ ...query, Result: orLeftOut(query.Result) })
  return (request: IA): Effect.Effect<ReadonlyArray<A>, E | ParseResult.ParseError> =>
    Effect.map(find(request), Array.getSomes)
}

/** Makes a query that returns the first row; none when there is none, or when it is left out. */
export const findOne = <IA, II, A, I, E>(query: Query<IA, II, A, I, E>) => {
  const find = SqlSchema.findOne({ ...query, Result: orLeftOut(query.Result) })
  return (request: IA): Effect.Effect<Option.Option<A>, E | ParseResult.ParseError> =>
    Effect.map(find(request), Option.flatten)
}
