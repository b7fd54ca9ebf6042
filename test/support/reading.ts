import { LineSplitter, type NumberedLine } from "../../src/domain/session/LineSplitter.js"
import { decodeNumberedLine, type MalformedLine, type RolloutLine } from "../../src/domain/session/RolloutLine.js"
import { type SessionEvidence, SessionEvidenceBuilder } from "../../src/domain/evidence/SessionEvidence.js"
import type { SessionEvent } from "../../src/domain/evidence/SessionEvent.js"
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
  const builder = new SessionEvidenceBuilder()
  rolloutLines(rollout.text()).forEach((line) => builder.add(line))
  return builder.result()
}

/** What happened, in one short line for each event: enough to compare most of it. */
export const outline = (events: ReadonlyArray<SessionEvent>): ReadonlyArray<string> =>
  events.map((event) => {
    switch (event._tag) {
      case "UserRequest":
        return `user: ${event.text}`
      case "AssistantMessage":
        return `assistant: ${event.text}`
      case "CommandRun":
        return `command: ${event.command} -> ${event.output === undefined ? "open" : (event.output.exitCode ?? "?")}`
      case "FileEdit":
        return `edit: ${event.changes.map(({ action, path }) => `${action} ${path}`).join(", ")}${event.error === undefined ? "" : ` failed: ${event.error}`}`
      case "ToolUse":
        return `tool: ${event.tool}${event.error === undefined ? "" : ` failed: ${event.error}`}`
      case "TurnEnd":
        return event.aborted ? "aborted" : "done"
    }
  })
