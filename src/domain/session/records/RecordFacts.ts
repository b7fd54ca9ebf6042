import { isGreeting } from "../../text/Greetings.js"
import type { ThreadFacts } from "../../thread/ThreadFacts.js"
import type { SessionDetails, SessionRecord } from "./SessionRecord.js"

/** Adds one record to the facts of a thread; records must come in file order. */
export const addRecord = (facts: ThreadFacts, { entry, timestamp }: SessionRecord): ThreadFacts => {
  const timed =
    timestamp === undefined || timestamp === facts.lastTimestamp ? facts : { ...facts, lastTimestamp: timestamp }
  switch (entry._tag) {
    case "SessionDetails":
      return addDetails(timed, entry, timestamp)
    case "WorkingIn":
      return timed.turnCwd === undefined ? { ...timed, turnCwd: entry.directory } : timed
    case "UserSaid":
      return entry.kind === "typed" ? addRequest(timed, entry.text) : timed
    case "Undone":
      // What was copied from another session is at the beginning, and with it the first request.
      return entry.fromLine === 1
        ? { ...timed, firstRequest: undefined, firstWords: undefined, firstUserMessage: undefined }
        : timed
    default:
      return timed
  }
}

const addDetails = (facts: ThreadFacts, details: SessionDetails, timestamp: number | undefined): ThreadFacts => {
  const { agentVersion, gitBranch, id, name, provider, source } = details
  const before = facts.meta ?? {}
  const branch = before.git?.branch ?? gitBranch
  return {
    ...facts,
    isRollout: true,
    threadName: name ?? facts.threadName,
    metaTimestamp: facts.metaTimestamp ?? timestamp,
    meta: {
      ...before,
      id: before.id ?? id,
      source: before.source ?? source,
      cli_version: before.cli_version ?? agentVersion,
      model_provider: before.model_provider ?? provider,
      ...(branch === undefined ? {} : { git: { commit_hash: undefined, repository_url: undefined, branch } })
    }
  }
}

const addRequest = (facts: ThreadFacts, text: string): ThreadFacts =>
  facts.firstWords !== undefined
    ? facts
    : {
        ...facts,
        firstRequest: facts.firstRequest ?? (text || "[Image]"),
        firstWords: text === "" || isGreeting(text) ? undefined : text
      }
