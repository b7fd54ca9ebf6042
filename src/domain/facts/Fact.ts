import { createHash } from "node:crypto"
import * as Schema from "effect/Schema"

/**
 * Facts: each is one thing that a session taught, with its evidence. They come from the session's own events by rule, and
 * the files of memory are rendered from them.
 */

/** The version of the rules of extraction: raised with every change of them, so that sessions are extracted again. */
export const factsVersion = 1

/** The id of a fact. Equal for the same fact from another session, and when a session is extracted again. */
export const FactId = Schema.String.pipe(
  Schema.pattern(/^[0-9a-f]{12}$/),
  Schema.brand("FactId"),
  Schema.annotations({ identifier: "FactId", message: () => "a fact id has twelve hexadecimal digits" })
)

/** The id of a fact. */
export type FactId = typeof FactId.Type

/**
 * The ground of a fact: the user said it, the session ran it, or the assistant claimed it. `trace` is a fact that was read
 * from a memory of before facts were recorded, and `team` one that was imported.
 */
export const Basis = Schema.Literal("user", "ran", "assistant", "trace", "team")

/** The ground of a fact. */
export type Basis = typeof Basis.Type

/** A wish of the user, verbatim. One that does not last belongs to its task alone. */
const Wish = Schema.TaggedStruct("Wish", { words: Schema.String, isLasting: Schema.Boolean })

/** A question that the assistant asked, and what the user answered. */
const Decision = Schema.TaggedStruct("Decision", { question: Schema.String, answer: Schema.String })

/** A command that ran. */
const Command = Schema.TaggedStruct("Command", {
  command: Schema.String,
  /** The key of the command, equal for commands that do the same in the same place; see `CommandPart`. */
  key: Schema.String,
  /** Keys of other commands that run the same package script. */
  aliases: Schema.Array(Schema.String),
  /** The program with its first narrowing argument and its place; runs that differ in their options share it. */
  use: Schema.String,
  kind: Schema.String,
  program: Schema.String,
  /** The number of operands and options that narrow what it does. */
  narrowness: Schema.Int,
  /** The directory in which it runs, as words after the command; empty for the project's own. */
  place: Schema.String,
  /** The purpose that its line names; empty if it names none. */
  purpose: Schema.String,
  passes: Schema.Int,
  failures: Schema.Int,
  /** True if it may be told as a command that works: it can be run again as it is, and has no effect outside. */
  isReusable: Schema.Boolean
})

/** A file that was edited between a failure and the pass of its check. */
const FixEdit = Schema.Struct({
  path: Schema.String,
  before: Schema.NullOr(Schema.String),
  after: Schema.NullOr(Schema.String)
})

/** A failure, and what resolved it. */
const Failure = Schema.TaggedStruct("Failure", {
  /** The key of the error, equal for all its occurrences; see `errorSignature`. */
  signature: Schema.String,
  /** The lines of the error, its cause first. */
  errors: Schema.Array(Schema.String),
  command: Schema.String,
  key: Schema.String,
  edits: Schema.Array(FixEdit),
  commands: Schema.Array(Schema.String),
  /** The check that passed; null while it is open. */
  check: Schema.NullOr(Schema.String),
  /** True if its events carry the fix, so that the line may say "fixed by". */
  isFixed: Schema.Boolean
})

/** Something that this machine or its sandbox refuses or lacks, or that takes long. */
const Limit = Schema.TaggedStruct("Limit", {
  /** The command or the program. */
  subject: Schema.String,
  error: Schema.String,
  /** The means that helped; null if none is known. */
  instead: Schema.NullOr(Schema.String)
})

/** A file that the session worked on. */
const File = Schema.TaggedStruct("File", {
  path: Schema.String,
  edits: Schema.Int,
  /** The words of the assistant on it; empty if there are none. */
  remark: Schema.String
})

/** A conclusion of the assistant from a review or from research: a claim. */
const Finding = Schema.TaggedStruct("Finding", { claim: Schema.String })

/** Something that was left undone. */
const Open = Schema.TaggedStruct("Open", {
  /** The key of the item, equal for all its occurrences. */
  signature: Schema.String,
  /** The key of the command that failed; null if the item is no failure. */
  command: Schema.NullOr(Schema.String),
  error: Schema.NullOr(Schema.String),
  /** The title of the task, if that was interrupted; else null. */
  title: Schema.NullOr(Schema.String)
})

/** The result of a task. */
const TaskOutcome = Schema.TaggedStruct("Outcome", {
  title: Schema.String,
  outcome: Schema.Literal("success", "partial", "fail", "uncertain")
})

/** The content of a fact, by its kind. */
export const FactContent = Schema.Union(Wish, Decision, Command, Failure, Limit, File, Finding, Open, TaskOutcome)

/** The content of a fact, by its kind. */
export type FactContent = typeof FactContent.Type

/** The kinds of facts. */
export const FactKind = Schema.Literal(
  "Wish",
  "Decision",
  "Command",
  "Failure",
  "Limit",
  "File",
  "Finding",
  "Open",
  "Outcome"
)

/** The kind of a fact. */
export type FactKind = FactContent["_tag"]

/** A fact as one session gives it. */
export const SessionFact = Schema.Struct({
  id: FactId,
  /** The line by which memory tells it, without citations. */
  text: Schema.String,
  basis: Basis,
  /** The first line of the session's file that shows it. */
  line: Schema.Int,
  /** The last line that shows it. */
  lastLine: Schema.Int,
  /** The time of the last line; null where the record does not say. Unix milliseconds. */
  at: Schema.NullOr(Schema.Int),
  content: FactContent
})

/** A fact as one session gives it. */
export type SessionFact = typeof SessionFact.Type

/** Removes what a rewording of the same text may differ in: case, white space and punctuation. */
const comparable = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}./_-]+/gu, " ")
    .trim()

/** The text that makes a fact the same as another one of its kind. */
const identityOf = (content: FactContent): string => {
  switch (content._tag) {
    case "Wish":
      return comparable(content.words)
    case "Decision":
      return comparable(`${content.question} ${content.answer}`)
    case "Command":
      return content.key
    case "Failure":
      return content.signature === "" ? `of ${content.key}` : content.signature
    case "Limit":
      return comparable(content.subject)
    case "File":
      return content.path
    case "Finding":
      return comparable(content.claim)
    case "Open":
      return content.signature
    case "Outcome":
      return comparable(content.title)
  }
}

/** Returns the id of a fact: a part of the hash of its kind and of what makes it the same fact. */
export const factIdOf = (content: FactContent): FactId =>
  FactId.make(
    createHash("sha256").update(content._tag).update("\0").update(identityOf(content)).digest("hex").slice(0, 12)
  )
