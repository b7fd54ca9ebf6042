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

/**
 * A text from a row. It counts as redacted, since texts are redacted before they are stored. No other schema may turn
 * what is read into a safe text.
 */
export const StoredText = Schema.String.pipe(Schema.brand("SafeText"))

/**
 * Marks a message about rows or the database file as safe to log. The message must contain nothing but texts from rows.
 */
export const storedText = StoredText.make

/** Reports a row that cannot be decoded, and the reason. */
export type ReportRow = (row: unknown, error: ParseResult.ParseError) => Effect.Effect<void>

/**
 * Decides about rows that cannot be decoded. If the service is undefined, the query fails. If it is a function, it is
 * called with the row, and the query leaves the row out of its result.
 */
export class LeavingOut extends Context.Reference<LeavingOut>()("rollout-memories/sqlite/LeavingOut", {
  defaultValue: (): ReportRow | undefined => undefined
}) {}

/**
 * Makes a schema that decodes a row to `Some`, and to `None` if the row cannot be decoded and {@link LeavingOut}
 * reports it.
 */
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

/** A query: the schemas of its request and of its rows, and the function that runs its SQL. */
interface Query<IA, II, A, I, E> {
  readonly Request: Schema.Schema<IA, II>
  readonly Result: Schema.Schema<A, I>
  readonly execute: (request: II) => Effect.Effect<ReadonlyArray<unknown>, E>
}

/** Makes a query that returns all rows, except those that cannot be decoded and that {@link LeavingOut} reports. */
export const findAll = <IA, II, A, I, E>(query: Query<IA, II, A, I, E>) => {
  const find = SqlSchema.findAll({ ...query, Result: orLeftOut(query.Result) })
  return (request: IA): Effect.Effect<ReadonlyArray<A>, E | ParseResult.ParseError> =>
    Effect.map(find(request), Array.getSomes)
}

/**
 * Makes a query that returns the first row; none if there is no row, or if it cannot be decoded and {@link LeavingOut}
 * reports it.
 */
export const findOne = <IA, II, A, I, E>(query: Query<IA, II, A, I, E>) => {
  const find = SqlSchema.findOne({ ...query, Result: orLeftOut(query.Result) })
  return (request: IA): Effect.Effect<Option.Option<A>, E | ParseResult.ParseError> =>
    Effect.map(find(request), Option.flatten)
}

/** Makes a LIKE pattern, with the escape character `\`, that finds a text anywhere. */
export const anywhere = (text: string): string => `%${text.replace(/[\\%_]/g, "\\$&")}%`
