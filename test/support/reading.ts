import { LineSplitter, type NumberedLine } from "../../src/domain/session/LineSplitter.js"
import { decodeNumberedLine, type MalformedLine, type RolloutLine } from "../../src/domain/session/codex/RolloutLine.js"
import type { SessionEvidence } from "../../src/domain/evidence/SessionEvidence.js"
import { CodexSessionBuilder } from "../../src/domain/session/codex/CodexSession.js"
import type { CommandOutput } from "../../src/domain/session/CommandOutput.js"
import type { FileEdit, SessionEvent } from "../../src/domain/session/SessionEvent.js"
import type { RolloutBuilder } from "../../src/testing/RolloutBuilder.js"

/** The lines of a file's content, whatever its size, with no string of them shortened. */
export const splitWhole = (content: string | Uint8Array): ReadonlyArray<NumberedLine> => {
  const splitter = new LineSplitter({ stringBytes: 16_777_216 })
  return [...splitter.push(Buffer.from(content)), ...splitter.flush()]
}

/** A file's content, decoded. */
export const decodeAll = (content: string | Uint8Array): ReadonlyArray<RolloutLine | MalformedLine> =>
  splitWhole(content).flatMap(decodeNumberedLine)

/** A file's content, decoded, without what did not parse. */
export const rolloutLines = (content: string | Uint8Array): ReadonlyArray<RolloutLine> =>
  decodeAll(content).flatMap((line) => (line._tag === "MalformedLine" ? [] : [line]))

/** What a rollout is evidence of. */
export const evidenceOf = (rollout: RolloutBuilder): SessionEvidence => {
  const builder = new CodexSessionBuilder()
  rolloutLines(rollout.text()).forEach((line) => builder.add(line))
  return builder.result()
}

/** What happened, in one short line for each event: enough to compare most of it. */
export const outline = (events: ReadonlyArray<SessionEvent>): ReadonlyArray<string> =>
  events.map((event) => {
    switch (event._tag) {
      case "UserText":
        return `user: ${event.text}`
      case "AssistantText":
        return `assistant: ${event.text}`
      case "CommandRun":
        return `command: ${event.command} -> ${endOf(event.output)}`
      case "FileEdit":
        return `edit: ${event.changes.map(({ action, path }) => `${action} ${path}`).join(", ")}${editEnd(event)}`
      case "ToolUse":
        return `tool: ${event.tool}${event.error === undefined ? "" : ` failed: ${event.error}`}`
      case "Interruption":
        return "aborted"
      case "Compaction":
        return "compacted"
      case "TurnEnd":
        return "done"
    }
  })

const editEnd = ({ end, error }: FileEdit): string =>
  ({ applied: "", failed: ` failed: ${error ?? ""}`, refused: " -> refused", unknown: " -> open" })[end]

const endOf = (output: CommandOutput | undefined): string | number =>
  output === undefined ? "open" : output.end === "exited" ? (output.exitCode ?? "?") : output.end
