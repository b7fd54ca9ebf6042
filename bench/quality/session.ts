/**
 * Describes sessions for the quality benchmark: the steps of a session, and what memory should and should not keep of
 * it. {@link rolloutOf} of `render.ts` writes the rollout of a description.
 */

/** A change of one file in a patch. */
export type Change =
  | { readonly _tag: "Update"; readonly path: string; readonly before: string; readonly after: string }
  | { readonly _tag: "Add"; readonly path: string; readonly text: string }
  | { readonly _tag: "Delete"; readonly path: string }
  | { readonly _tag: "Move"; readonly path: string; readonly to: string }

/** The role of a command for memory: it may be told as working, it only looks around, or it has an effect outside. */
export type CommandRole = "check" | "look" | "outside"

/** A command that ran to its end, perhaps after several polls of its output. */
export interface Ran {
  readonly _tag: "Ran"
  readonly command: string
  readonly role: CommandRole
  readonly exitCode: number
  /** The output, one text for each time it was read. */
  readonly outputs: readonly [string, ...ReadonlyArray<string>]
  readonly workdir?: string
  readonly isEscalated?: boolean
  /** True if the user stopped it. */
  readonly isAborted?: boolean
}

/** One step of a session. */
export type Step =
  | { readonly _tag: "Asked"; readonly text: string }
  | { readonly _tag: "Said"; readonly text: string }
  | Ran
  | { readonly _tag: "Patched"; readonly changes: ReadonlyArray<Change> }
  | { readonly _tag: "Answered"; readonly question: string; readonly answer: string; readonly note?: string }
  | { readonly _tag: "Goal"; readonly objective: string }
  | { readonly _tag: "Stopped" }

/** The result of a task, in the words of the trace format. */
export type Outcome = "success" | "partial" | "fail" | "uncertain"

/** A failure that a session met, and the names of what resolved it: a memory must give the error and one of the names. */
export interface GoldFailure {
  readonly error: string
  readonly fix: readonly [string, ...ReadonlyArray<string>]
}

/** The user's words about ways of working. Words that do not last belong to their task, and so only to its trace. */
export interface GoldWish {
  readonly words: string
  readonly lasts: boolean
}

/** Something else that is worth keeping: a limit of the machine, or what a review found; with words that tell it. */
export interface GoldNote {
  readonly kind: "limit" | "finding"
  readonly words: string
}

/**
 * The way in which a text may not tell something: not at all, not in `MEMORY.md`, as a command that works, as a fix, as a
 * wish, as a lasting wish (in `MEMORY.md`), as left open, as a limit, or as a file that was changed.
 */
export type ForbiddenPlace =
  | "anything"
  | "memory"
  | "command"
  | "fix"
  | "wish"
  | "lasting wish"
  | "open"
  | "limit"
  | "file"

/** Words that would mislead in a place. */
export interface Forbidden {
  readonly words: string
  readonly as: ForbiddenPlace
}

/** The knowledge that a session gives, written by hand. */
export interface Gold {
  readonly failures?: ReadonlyArray<GoldFailure>
  readonly commands?: ReadonlyArray<string>
  readonly files?: ReadonlyArray<string>
  readonly wishes?: ReadonlyArray<GoldWish>
  readonly notes?: ReadonlyArray<GoldNote>
  /** The defensible outcomes of the last task; none for a session that memory need not tell. */
  readonly outcomes: ReadonlyArray<Outcome>
  readonly mustNotSay?: ReadonlyArray<Forbidden>
  /** Earlier wishes and commands of the project, in their gold's words, that no longer hold after this session. */
  readonly supersedes?: ReadonlyArray<string>
}

/**
 * The form of a rollout: `shell` as versions up to 0.58 write it, `exec` as those up to 0.143, `script` as those that run
 * scripts without an exit code, and `items` as those from 0.150.
 */
export type RolloutForm = "shell" | "exec" | "script" | "items"

/** A session with its gold. */
export interface QualitySession {
  /** A short name, unique in the project. */
  readonly name: string
  readonly form: RolloutForm
  readonly steps: ReadonlyArray<Step>
  readonly gold: Gold
  /** True if the record breaks off before the turn ends. */
  readonly isCutOff?: boolean
}

/** A project with its sessions, oldest first. */
export interface QualityProject {
  readonly name: string
  readonly cwd: string
  /** The text of the project's `AGENTS.md`, which the client injects; empty if there is none. */
  readonly instructions: string
  readonly sessions: ReadonlyArray<QualitySession>
}

type RanOptions = Pick<Ran, "isAborted" | "isEscalated" | "workdir">

const command = (
  role: CommandRole,
  text: string,
  exitCode: number,
  outputs: Ran["outputs"],
  options: RanOptions = {}
): Step => ({ _tag: "Ran", command: text, role, exitCode, outputs, ...options })

/** The user types a request. */
export const asked = (text: string): Step => ({ _tag: "Asked", text })

/** The assistant says something; its last words before the next request are its final answer. */
export const said = (text: string): Step => ({ _tag: "Said", text })

/** A command passes. */
export const passed = (text: string, output: string, options?: RanOptions): Step =>
  command("check", text, 0, [output], options)

/** A command fails with exit code 1, or the one given. */
export const failed = (
  text: string,
  output: string,
  { exitCode = 1, ...options }: RanOptions & { readonly exitCode?: number } = {}
): Step => command("check", text, exitCode, [output], options)

/** A command that only looks around passes; memory must not tell it as one that works. */
export const looked = (text: string, output: string, options?: RanOptions): Step =>
  command("look", text, 0, [output], options)

/** A command with an effect outside of the project, or on one thing only, passes; memory must not tell it as one that works. */
export const acted = (text: string, output: string, options?: RanOptions): Step =>
  command("outside", text, 0, [output], options)

/** A command yields, is polled, and ends. */
export const polled = (text: string, exitCode: number, outputs: Ran["outputs"]): Step =>
  command("check", text, exitCode, outputs)

/** The user stops a command before it gave an output. */
export const aborted = (text: string): Step => command("check", text, -1, [""], { isAborted: true })

/** A patch is applied. */
export const patched = (...changes: ReadonlyArray<Change>): Step => ({ _tag: "Patched", changes })

/** A change of one line, or of lines that stand together. */
export const update = (path: string, before: string, after: string): Change => ({
  _tag: "Update",
  path,
  before,
  after
})

/** A new file. */
export const add = (path: string, text: string): Change => ({ _tag: "Add", path, text })

/** The deletion of a file. */
export const remove = (path: string): Change => ({ _tag: "Delete", path })

/** The renaming of a file. */
export const move = (path: string, to: string): Change => ({ _tag: "Move", path, to })

/** The assistant asks a question in its form, and the user answers. */
export const answered = (question: string, answer: string, note?: string): Step => ({
  _tag: "Answered",
  question,
  answer,
  ...(note === undefined ? {} : { note })
})

/** The user sets a goal. */
export const goal = (objective: string): Step => ({ _tag: "Goal", objective })

/** The user stops the turn. */
export const stopped: Step = { _tag: "Stopped" }

/** A wish that holds for later sessions. */
export const lasting = (words: string): GoldWish => ({ words, lasts: true })

/** A wish that belongs to its task. */
export const once = (words: string): GoldWish => ({ words, lasts: false })

/** A limit of the machine. */
export const limit = (words: string): GoldNote => ({ kind: "limit", words })

/** A finding of a review. */
export const finding = (words: string): GoldNote => ({ kind: "finding", words })

/** Words that would mislead in a place. */
export const not = (as: ForbiddenPlace, words: string): Forbidden => ({ as, words })

/** Returns numbered lines, for a long output. */
export const manyLines = (count: number, line: (number: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index + 1)).join("\n")
