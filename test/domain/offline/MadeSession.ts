import { type CommandEnd, outputOf } from "../../../src/domain/session/CommandOutput.js"
import { extractTrace } from "../../../src/domain/offline/writing/OfflineExtractor.js"
import type { FileChange } from "../../../src/domain/session/FileChange.js"
import type { Provenance, SessionEvent } from "../../../src/domain/session/SessionEvent.js"
import type { StageOneOutput } from "../../../src/domain/memory/StageOneOutput.js"

const at = <A extends Provenance>(line: number, provenance: A, directory?: string) => ({
  line,
  time: undefined,
  directory,
  provenance
})

/** Part of a made-up session: the events it adds, given the rollout's next line. */
export type Part = (line: number) => ReadonlyArray<SessionEvent>

/** The user types something. */
export const asked =
  (text: string): Part =>
  (line) => [{ _tag: "UserText", ...at(line, "user"), kind: "typed", text }]

/** The assistant says something. */
export const said =
  (text: string): Part =>
  (line) => [{ _tag: "AssistantText", ...at(line, "assistant"), text, isFinal: undefined }]

/** A command runs and ends with the given exit code and output; without an exit code none is known. */
export const ran =
  (command: string, exitCode: number | undefined, output: string, workdir?: string): Part =>
  (line) => [
    {
      _tag: "CommandRun",
      ...at(line, "assistant", workdir),
      outputLine: line + 1,
      command,
      isEscalated: false,
      output: outputOf(output, exitCode)
    }
  ]

/** A command that ended in another way than by itself, or that ran in a known sandbox or outside of it. */
export const ranSo =
  (
    command: string,
    output: string,
    end: { exitCode?: number; end?: CommandEnd; isEscalated?: boolean; sandbox?: string }
  ): Part =>
  (line) => [
    {
      _tag: "CommandRun",
      ...at(line, "assistant"),
      outputLine: line + 1,
      command,
      isEscalated: end.isEscalated === true,
      ...(end.sandbox === undefined ? {} : { sandbox: end.sandbox }),
      output: outputOf(output, end.exitCode, end.end)
    }
  ]

/** A command that never ended. */
export const started =
  (command: string): Part =>
  (line) => [
    {
      _tag: "CommandRun",
      ...at(line, "assistant"),
      outputLine: line,
      command,
      isEscalated: false,
      output: undefined
    }
  ]

/** A patch that was applied. */
export const edited = (...paths: ReadonlyArray<string>): Part =>
  changed(...paths.map((path): FileChange => ({ path, action: "update", movedTo: undefined })))

/** A patch that added files. */
export const added = (...paths: ReadonlyArray<string>): Part =>
  changed(...paths.map((path): FileChange => ({ path, action: "add", movedTo: undefined })))

/** A patch of the given changes. */
export const changed =
  (...changes: ReadonlyArray<FileChange>): Part =>
  (line) => [
    { _tag: "FileEdit", ...at(line, "assistant"), outputLine: line + 1, changes, end: "applied", error: undefined }
  ]

/** A patch that did not apply. */
export const unapplied =
  (path: string, error: string): Part =>
  (line) => [
    {
      _tag: "FileEdit",
      ...at(line, "assistant"),
      outputLine: line + 1,
      changes: [{ path, action: "update", movedTo: undefined }],
      end: "failed",
      error
    }
  ]

/** A patch that was not allowed, or one without a recorded end. */
export const undoneEdit =
  (end: "refused" | "unknown", ...paths: ReadonlyArray<string>): Part =>
  (line) => [
    {
      _tag: "FileEdit",
      ...at(line, "assistant"),
      outputLine: line,
      changes: paths.map((path) => ({ path, action: "update", movedTo: undefined })),
      end,
      error: undefined
    }
  ]

/** Another tool was called. */
export const used =
  (tool: string, error?: string): Part =>
  (line) => [{ _tag: "ToolUse", ...at(line, "assistant"), tool, hasEnded: true, error }]

/** A turn ends. */
export const ended: Part = (line) => [{ _tag: "TurnEnd", ...at(line, "harness") }]

/** The user stops a turn. */
export const aborted: Part = (line) => [{ _tag: "Interruption", ...at(line, "user") }]

/** The harness stops a turn. */
export const stopped: Part = (line) => [{ _tag: "Interruption", ...at(line, "harness") }]

/** The events of a session; every part takes two lines of its rollout. */
export const eventsOf = (...parts: ReadonlyArray<Part>): ReadonlyArray<SessionEvent> =>
  parts.flatMap((part, index) => part(1 + index * 2))

/** The directory of every made-up session. */
export const cwd = "/home/ada/code/shop"

/** Runs the offline extractor on a session that has ended. */
export const traceOf = (...parts: ReadonlyArray<Part>): StageOneOutput =>
  extractTrace({ cwd, gitBranch: "main", gitSha: "0123456789abcdef" }, { events: eventsOf(...parts), finished: true })
