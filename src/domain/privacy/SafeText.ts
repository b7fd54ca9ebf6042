import * as Brand from "effect/Brand"
import type { ThreadId } from "../thread/ThreadId.js"

/**
 * A text without secrets: they were replaced, or the text is a literal of this code. Whatever stores, sends, reports or
 * logs a text requires this type, so that passing a text that was not redacted does not compile. The service `Redactor`
 * makes values from any other text.
 */
export type SafeText = string & Brand.Brand<"SafeText">

/**
 * A function that replaces the secrets in a text. The module `Redaction` holds the rules, and is loaded when there is
 * text to redact.
 */
export type Redact = (text: string) => SafeText

const mark = Brand.nominal<SafeText>()

/**
 * Makes a {@link Redact} from a function that replaces secrets. Only `Redactor` and the rules of this package may call
 * it.
 */
export const redactedBy =
  (rules: (text: string) => string): Redact =>
  (text) =>
    mark(rules(text))

/**
 * A literal type of string, that is, a text in the code; `never` for `string`, whose text is known only at run time.
 */
type Literal<Text> = Text extends string ? ({} extends Record<Text, true> ? never : Text) : never

/** A value that by its type holds no secret: a safe text, a number, a boolean, an id, or a literal in the code. */
type Harmless<Value> = Value extends SafeText | ThreadId | number | boolean ? Value : Literal<Value>

/** Makes a safe text from a template literal. Its values must be {@link Harmless}; others do not compile. */
export const safe = <const Values extends ReadonlyArray<string | number | boolean>>(
  words: TemplateStringsArray,
  ...values: Values & { readonly [Index in keyof Values]: Harmless<Values[Index]> }
): SafeText => mark(words.reduce((text, word, index) => `${text}${String(values[index - 1])}${word}`))

/** Joins safe texts with a separator, which must be a literal. */
export const joinSafe = <const Separator extends string>(
  texts: ReadonlyArray<SafeText>,
  separator: Separator & Literal<Separator>
): SafeText => mark(texts.join(separator))

/**
 * Rewrites a safe text by a rule that cuts, trims, escapes or lays it out. The rule may insert only literals, other
 * safe texts, numbers, and the paths of directories and session files; a redacted path would not be found again.
 */
export const rewrite = (text: SafeText, rule: (text: string) => string): SafeText => mark(rule(text))

/**
 * Declares safe a text that was assembled from redacted lines. Only the reader of sessions may call it: it redacts each
 * value of a line, and redacting the whole again would take as long as reading it.
 */
export const ofRedactedLines = (text: string): SafeText => mark(text)

/** Splits a safe text into its lines. */
export const linesOf = (text: SafeText): ReadonlyArray<SafeText> => text.split("\n").map((line) => mark(line))
