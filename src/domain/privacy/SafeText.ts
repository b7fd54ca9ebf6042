import * as Brand from "effect/Brand"
import type { ThreadId } from "../thread/ThreadId.js"

/**
 * A text whose secrets were replaced, or that is our own word for word. Whatever stores, sends, reports or logs a text takes
 * one, so that a text that nobody redacted does not compile there. The service `Redactor` makes them of foreign text.
 */
export type SafeText = string & Brand.Brand<"SafeText">

/** Replaces the secrets in a text; the module `Redaction` holds the rules, and is loaded when there is text to redact. */
export type Redact = (text: string) => SafeText

const mark = Brand.nominal<SafeText>()

/** Makes a redaction of rules that replace secrets. The redactor and the rules of this package alone call it. */
export const redactedBy =
  (rules: (text: string) => string): Redact =>
  (text) =>
    mark(rules(text))

/** A text of the code itself: `never` for one that only the running program knows. */
type Literal<Text> = Text extends string ? ({} extends Record<Text, true> ? never : Text) : never

/** A value that holds no secret by its type: safe text, a number, an id, or a text of the code itself. */
type Harmless<Value> = Value extends SafeText | ThreadId | number | boolean ? Value : Literal<Value>

/** Writes a safe text from words of the code and values that hold no secret; others do not compile. */
export const safe = <const Values extends ReadonlyArray<string | number | boolean>>(
  words: TemplateStringsArray,
  ...values: Values & { readonly [Index in keyof Values]: Harmless<Values[Index]> }
): SafeText => mark(words.reduce((text, word, index) => `${text}${String(values[index - 1])}${word}`))

/** Joins safe texts, with a text of the code between them. */
export const joinSafe = <const Separator extends string>(
  texts: ReadonlyArray<SafeText>,
  separator: Separator & Literal<Separator>
): SafeText => mark(texts.join(separator))

/**
 * Rewrites a safe text by a rule that cuts, trims, escapes or lays it out. Such a rule takes nothing from elsewhere but words of
 * the code, other safe texts, numbers, and the paths of directories and session files: a place that is named otherwise is
 * not found again.
 */
export const rewrite = (text: SafeText, rule: (text: string) => string): SafeText => mark(rule(text))

/**
 * Marks what the reader of sessions put together from lines that it redacted, value by value. The reader alone calls it: to
 * redact the whole again would take as long as reading it.
 */
export const ofRedactedLines = (text: string): SafeText => mark(text)

/** Splits a safe text into its lines. */
export const linesOf = (text: SafeText): ReadonlyArray<SafeText> => text.split("\n").map((line) => mark(line))
