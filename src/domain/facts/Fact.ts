import { createHash } from "node:crypto"
import * as Schema from "effect/Schema"

/*
 * Facts: each is one thing that a session taught, with its evidence. They come from the session's own events by rule,
 * and the files of memory are rendered from them.
 */

/**
 * The version of the rules that extract facts. Every change of the rules raises it, so that sessions are extracted
 * again.
 */
export const factsVersion = 2

/**
 * The id of a fact. The same fact has the same id in every session and after every extraction; see {@link factIdOf}.
 */
export const FactId = Schema.String.pipe(
  Schema.pattern(/^[0-9a-f]{12}$/),
  Schema.brand("FactId"),
  Schema.annotations({ identifier: "FactId", message: () => "a fact id has twelve hexadecimal digits" })
)

/** The id of a fact. The same fact has the same id in every session and after every extraction. */
export type FactId = typeof FactId.Type

/**
 * The ground on which a fact is believed: the user said it, the session ran it, or the assistant claimed it. `trace`
 * marks a fact that was read from a trace memory, since its session was not available; `team` marks one that was
 * imported.
 */
export const Basis = Schema.Literal("user", "ran", "assistant", "trace", "team")

/** The ground on which a fact is believed; see the schema of the same name. */
export type Basis = typeof Basis.Type

/** A wish of the user, verbatim. If `isLasting` is false, it holds only for the task in which it was said. */
const Wish = Schema.TaggedStruct("Wish", { words: Schema.String, isLasting: Schema.Boolean })

/** A question that the assistant asked, and the user's answer to it. */
const Decision = Schema.TaggedStruct("Decision", { question: Schema.String, answer: Schema.String })

/** The names of tests in outputs; see `TestNames`. An empty list says nothing about what the list is for. */
const NamedTests = Schema.Struct({
  passed: Schema.Array(Schema.String),
  failed: Schema.Array(Schema.String),
  passedGroups: Schema.Array(Schema.String),
  failedGroups: Schema.Array(Schema.String)
})

/** The names of tests in outputs, as facts carry them. */
export type NamedTests = typeof NamedTests.Type

/** A command that ran, with the numbers of its passes and failures. */
const Command = Schema.TaggedStruct("Command", {
  command: Schema.String,
  /** The key of the command, equal for commands that do the same in the same place; see `CommandPart`. */
  key: Schema.String,
  /**
   * Keys of commands that run the same package script with another package tool, such as `yarn test` for `npm test`.
   */
  aliases: Schema.Array(Schema.String),
  /**
   * The program with its first argument and its directory, as in `npm test @web`. Commands that differ only in their
   * options have the same use.
   */
  use: Schema.String,
  kind: Schema.String,
  program: Schema.String,
  /** The scope of the command: 0 for everything, 1 for a directory, 2 for a file or one test. */
  narrowness: Schema.Int,
  /** The directory in which it runs, as words after the command; empty for the project's own. */
  place: Schema.String,
  /** The purpose that the fact's line names, such as `run the tests`; empty if it names none. */
  purpose: Schema.String,
  passes: Schema.Int,
  failures: Schema.Int,
  /** The sandbox modes in which it passed without escalation; an empty text stands for one that is not recorded. */
  sandboxes: Schema.optional(Schema.Array(Schema.String)),
  /** The tests that its last output names; absent if it names none, or too many. */
  tests: Schema.optional(NamedTests),
  /**
   * True if memory may list the command as one that works: it can be run again as it is, and acts on nothing outside
   * the working copy.
   */
  isReusable: Schema.Boolean
})

/** A file that was edited after a command failed and before it passed. */
const FixEdit = Schema.Struct({
  path: Schema.String,
  before: Schema.NullOr(Schema.String),
  after: Schema.NullOr(Schema.String)
})

/** A failure of a command, with the edits and commands after it, and the check that passed in the end. */
const Failure = Schema.TaggedStruct("Failure", {
  /** The key of the error, equal for all its occurrences; see `errorSignature`. */
  signature: Schema.String,
  /** The lines of the error, its cause first. */
  errors: Schema.Array(Schema.String),
  command: Schema.String,
  key: Schema.String,
  edits: Schema.Array(FixEdit),
  commands: Schema.Array(Schema.String),
  /** The check that passed after the failure; null if none did. */
  check: Schema.NullOr(Schema.String),
  /** True if the session shows what fixed the failure, so that the fact's line may say "fixed by". */
  isFixed: Schema.Boolean
})

/**
 * Something that does not work on this machine: a program or service that is missing, or an action that the sandbox
 * refuses.
 */
const Limit = Schema.TaggedStruct("Limit", {
  /** The command or the program that does not work. */
  subject: Schema.String,
  error: Schema.String,
  /** A way in which it works all the same, such as outside the sandbox; null if none is known. */
  instead: Schema.NullOr(Schema.String),
  /** The key of the command that failed, and its kind; absent in facts of earlier versions. */
  key: Schema.optional(Schema.String),
  kind: Schema.optional(Schema.String),
  /** The missing program; absent if none is missing. */
  missing: Schema.optional(Schema.String),
  /** The sandbox mode of the turn; absent if the record does not have it. */
  sandbox: Schema.optional(Schema.String)
})

/** A file that the session worked on, or removed. */
const File = Schema.TaggedStruct("File", {
  path: Schema.String,
  edits: Schema.Int,
  /** The assistant's remark on the file; empty if there is none. */
  remark: Schema.String,
  /** True if the session deleted or renamed the file, which then is not there at its end. */
  isGone: Schema.optional(Schema.Boolean),
  /** The names of the tasks that the file defined and that the session removed from it. */
  removedTasks: Schema.optional(Schema.Array(Schema.String))
})

/** A conclusion that the assistant drew in a review or in research. Nothing in the session proves it. */
const Finding = Schema.TaggedStruct("Finding", {
  claim: Schema.String,
  /** The files that the claim and the words around it name. */
  files: Schema.optionalWith(Schema.Array(Schema.String), { default: () => [] })
})

/** Work that a session left undone, such as a failure without a fix or an interrupted task. */
const Open = Schema.TaggedStruct("Open", {
  /** The key of the open work, equal for all its occurrences; see `errorSignature`. */
  signature: Schema.String,
  /** The key of the command that failed; null if this is no failure. */
  command: Schema.NullOr(Schema.String),
  error: Schema.NullOr(Schema.String),
  /** The title of the interrupted task; null if this is no interrupted task. */
  title: Schema.NullOr(Schema.String),
  /** The tests that the output of the command names as failed; absent if it names none, or too many. */
  tests: Schema.optional(NamedTests)
})

/** The result of a task, as the events of the session prove it. */
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

/** A fact as one session gives it, before it is merged with the facts of other sessions. */
export const SessionFact = Schema.Struct({
  id: FactId,
  /** The text of the fact in memory, without citations. */
  text: Schema.String,
  basis: Basis,
  /** The first line of the session's file that shows the fact. */
  line: Schema.Int,
  /** The last line of the session's file that shows the fact. */
  lastLine: Schema.Int,
  /** The time recorded for `lastLine`, in Unix milliseconds; null if the session does not record it. */
  at: Schema.NullOr(Schema.Int),
  /**
   * The directory in which the session worked, as its path below the top of the project's working copy. Absent or empty
   * if that is the top, or if the fact is from several directories.
   */
  place: Schema.optionalWith(Schema.String, { exact: true }),
  content: FactContent
})

/** A fact as one session gives it, before it is merged with the facts of other sessions. */
export type SessionFact = typeof SessionFact.Type

/** Normalises a text so that rewordings compare equal: case, white space and most punctuation do not count. */
const comparable = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}./_-]+/gu, " ")
    .trim()

/** The text that identifies a fact among those of its kind: two facts with the same text are one fact. */
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

/** Returns the id of a fact: the first digits of the hash of its kind and its identifying text. */
export const factIdOf = (content: FactContent): FactId =>
  FactId.make(
    createHash("sha256").update(content._tag).update("\0").update(identityOf(content)).digest("hex").slice(0, 12)
  )
