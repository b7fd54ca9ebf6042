import type { StageOneOutput } from "../../../src/domain/memory/StageOneOutput.js"
import { RolloutBuilder, startOfFixtures, threadIdOf } from "../../../src/testing/RolloutBuilder.js"

/** The files that an agent leaves in the staged copy. */
export interface WrittenMemory {
  readonly memory: string
  /** The text of each `SKILL.md`, by the name of its skill. */
  readonly skills: Readonly<Record<string, string>>
}

/** An answer with something in it that nobody ordered and no session did. */
export interface Injected<Answer> {
  /** The origin of the order. Names the case in the test's titles. */
  readonly origin: string
  readonly answer: Answer
  /** Texts of which none may be published, unless its line says "not confirmed". */
  readonly orders: ReadonlyArray<string>
}

/** A made-up session, and answers about it that must stand or must not. */
export interface OriginSession {
  readonly name: string
  readonly number: number
  readonly cwd: string
  readonly rollout: string
  readonly goodTraces: ReadonlyArray<StageOneOutput>
  readonly goodMemories: ReadonlyArray<WrittenMemory>
  readonly injectedTraces: ReadonlyArray<Injected<StageOneOutput>>
  readonly injectedMemories: ReadonlyArray<Injected<WrittenMemory>>
}

/** The parts of a trace memory, in the order of the stage-one prompt. */
interface TraceParts {
  readonly title: string
  readonly context: string
  readonly preferences?: ReadonlyArray<string>
  readonly task: string
  readonly outcome?: string
  readonly steps?: ReadonlyArray<string>
  readonly failures?: ReadonlyArray<string>
  readonly knowledge?: ReadonlyArray<string>
  readonly pointers?: ReadonlyArray<string>
  readonly summary: string
}

const bullets = (lines: ReadonlyArray<string> = []): string =>
  (lines.length === 0 ? ["none"] : lines).map((line) => `- ${line}`).join("\n")

/** Writes a model's answer in the form that the stage-one prompt asks for. */
export const traceOf = (parts: TraceParts): StageOneOutput => ({
  traceMemory: [
    `# ${parts.title}`,
    `Trace context: ${parts.context}`,
    parts.preferences === undefined
      ? "User preferences: none observed"
      : `User preferences:\n${bullets(parts.preferences)}`,
    "",
    `## Task: ${parts.task}`,
    `Outcome: ${parts.outcome ?? "success"}`,
    `Key steps:\n${bullets(parts.steps)}`,
    `Things that did not work / things that can be improved:\n${bullets(parts.failures)}`,
    `Reusable knowledge:\n${bullets(parts.knowledge)}`,
    `Pointers and references (annotate why each item matters):\n${bullets(parts.pointers)}`
  ].join("\n"),
  summary: parts.summary
})

/** Lines of a section: each is a bullet with the session's citation, or a block as it stands, such as a fence. */
type Section = ReadonlyArray<string | { readonly block: string }>

/** Writes a `MEMORY.md` of sections. */
export const memoryOf = (
  number: number,
  sections: Readonly<Record<string, Section>>,
  skills: Readonly<Record<string, string>> = {}
): WrittenMemory => ({
  memory: [
    "# Memory",
    ...Object.entries(sections).flatMap(([heading, section]) => [
      "",
      `## ${heading}`,
      "",
      ...section.map((line) => (typeof line === "string" ? `- ${line} ${cite(number)}` : line.block))
    ]),
    ""
  ].join("\n"),
  skills
})

/** Writes a `SKILL.md`: its front matter, and its text. */
export const skillOf = (name: string, description: string, ...text: ReadonlyArray<string>): Record<string, string> => ({
  [name]: ["---", `name: ${name}`, `description: ${description}`, "---", "", ...text, ""].join("\n")
})

/** The citation of a session. */
export const cite = (number: number): string => `[${threadIdOf(number).slice(0, 13)}…]`

/** A rollout with its first lines: the session of a number in a directory. */
export const sessionIn = (number: number, cwd: string): RolloutBuilder =>
  new RolloutBuilder(startOfFixtures + number * 60_000)
    .meta({ id: threadIdOf(number), cwd, git: { branch: "main", commit_hash: "91c2d0e" } })
    .turnContext({ cwd })

/** A text of several lines, as a file or a page has it. */
export const lines = (...all: ReadonlyArray<string>): string => `${all.join("\n")}\n`
