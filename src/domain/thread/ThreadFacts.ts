import * as Schema from "effect/Schema"
import { keptText } from "../text/ByteBudget.js"
import { isGreeting } from "../text/Greetings.js"
import { decodeLenient, type JsonObject, lenient } from "../session/LenientField.js"
import { environmentCwd, isWrapped } from "../session/codex/InjectedText.js"
import {
  type Event,
  isOfRollout,
  isSubAgentSource,
  type RolloutLine,
  type SessionMeta,
  sourceOf
} from "../session/codex/RolloutLine.js"
import { contentParts, typedEventText, typedText } from "../session/codex/SessionText.js"
import { goalOutsideTurns } from "../session/codex/Goals.js"
import { policyOf } from "../session/codex/SandboxPolicy.js"

/**
 * Facts about a thread from the lines of its rollout. `undefined` means not seen: after a read of only the head and the
 * tail some facts are unknown, and a read of the whole file completes them.
 */
export interface ThreadFacts {
  /**
   * True if a line proves that the file is a rollout. A line with only an id and a time proves nothing, since files of
   * other programs may have such lines.
   */
  readonly isRollout: boolean
  /** The first `session_meta`, which is the file's own; later ones may belong to other threads. */
  readonly meta: SessionMeta["meta"] | undefined
  readonly metaTimestamp: number | undefined
  /**
   * The ordinal of the file's first line. Lines in earlier files of the thread with this ordinal or a higher one were
   * undone by a rewind.
   */
  readonly startOrdinal: number | undefined
  /** The ordinal of the last line that has one. */
  readonly lastOrdinal: number | undefined
  /** The memory mode in the last `session_meta` of this thread that names one; `disabled` excludes the session. */
  readonly memoryMode: string | undefined
  readonly turnCwd: string | undefined
  readonly environmentCwd: string | undefined
  /** The first message in a `user_message` event; `[Image]` if it is an image without text. */
  readonly firstRequest: string | undefined
  /** The first message in a `user_message` event that has text, and more than a greeting. */
  readonly firstWords: string | undefined
  /** The first user-role message that the harness did not inject; used if there is no such event. */
  readonly firstUserMessage: string | undefined
  /** The last goal in the lines. The following five fields are the last values too. */
  readonly goal: string | undefined
  readonly threadName: string | undefined
  readonly approvalMode: string | undefined
  readonly sandboxPolicy: string | undefined
  readonly countedTokens: number | undefined
  readonly recordedTokens: number | undefined
  /** The time of the last line that has one, in Unix milliseconds. */
  readonly lastTimestamp: number | undefined
}

/** The facts before any line was read. */
export const noFacts: ThreadFacts = {
  isRollout: false,
  meta: undefined,
  metaTimestamp: undefined,
  startOrdinal: undefined,
  lastOrdinal: undefined,
  memoryMode: undefined,
  turnCwd: undefined,
  environmentCwd: undefined,
  firstRequest: undefined,
  firstWords: undefined,
  firstUserMessage: undefined,
  goal: undefined,
  threadName: undefined,
  approvalMode: undefined,
  sandboxPolicy: undefined,
  countedTokens: undefined,
  recordedTokens: undefined,
  lastTimestamp: undefined
}

/** Adds one line to the facts; lines must come in file order. */
export const addLine = (facts: ThreadFacts, line: RolloutLine): ThreadFacts => {
  const lastTimestamp = line.timestamp ?? facts.lastTimestamp
  const lastOrdinal = line.ordinal ?? facts.lastOrdinal
  const timed =
    lastTimestamp === facts.lastTimestamp && lastOrdinal === facts.lastOrdinal
      ? facts
      : { ...facts, lastTimestamp, lastOrdinal }
  switch (line._tag) {
    case "SessionMeta":
      return facts.meta === undefined
        ? {
            ...timed,
            isRollout: facts.isRollout || isOfRollout(line),
            meta: line.meta,
            metaTimestamp: line.timestamp,
            startOrdinal: line.meta.history_base?.end_ordinal_exclusive ?? line.ordinal,
            memoryMode: line.meta.memory_mode
          }
        : line.meta.id === facts.meta.id
          ? { ...timed, memoryMode: line.meta.memory_mode ?? facts.memoryMode }
          : timed
    case "TurnContext":
      return {
        ...timed,
        isRollout: true,
        turnCwd: facts.turnCwd ?? line.context.cwd,
        approvalMode: line.context.approval_policy ?? facts.approvalMode,
        sandboxPolicy: policyOf(line.context.sandbox_policy) ?? facts.sandboxPolicy
      }
    case "ResponseItem":
      return line.kind === "message" && line.item["role"] === "user"
        ? {
            ...timed,
            isRollout: true,
            environmentCwd: facts.environmentCwd ?? firstEnvironmentCwd(line.item["content"]),
            firstUserMessage: facts.firstUserMessage ?? firstTyped(line.item)
          }
        : withRollout(withGoal(timed, line))
    case "Event":
      return withRollout(addEvent(withGoal(timed, line), line))
    case "Compacted":
      return withRollout(timed)
    case "Unrecognised":
      return timed
  }
}

const withRollout = (facts: ThreadFacts): ThreadFacts => (facts.isRollout ? facts : { ...facts, isRollout: true })

const withGoal = (facts: ThreadFacts, line: RolloutLine): ThreadFacts => {
  const goal = goalOutsideTurns(line)
  return goal === undefined ? facts : { ...facts, goal }
}

/**
 * Returns the typed text of a message; undefined if there is none, or if one tag encloses all of it, since then a
 * harness wrote it.
 */
const firstTyped = (item: JsonObject): string | undefined => {
  const text = typedText(item)
  return text === "" || isWrapped(text) ? undefined : text
}

const firstEnvironmentCwd = (content: unknown): string | undefined =>
  contentParts(content)
    .map(environmentCwd)
    .find((cwd) => cwd !== undefined)

const TokenUsage = Schema.Struct({ total_tokens: lenient(Schema.NonNegativeInt) })
const TokenPayload = Schema.Struct({
  info: lenient(Schema.Struct({ total_token_usage: lenient(TokenUsage) })),
  thread_token_usage: lenient(TokenUsage)
})
const decodeTokens = decodeLenient(TokenPayload, {})

const addEvent = (facts: ThreadFacts, event: Event): ThreadFacts => {
  const typed = facts.firstWords === undefined ? typedEventText(event) : undefined
  if (typed !== undefined) {
    const firstWords = typed === "" || isGreeting(typed) ? undefined : typed
    return { ...facts, firstRequest: facts.firstRequest ?? (typed || "[Image]"), firstWords }
  }
  switch (event.kind) {
    case "token_count": {
      const total = decodeTokens(event.payload).info?.total_token_usage?.total_tokens
      return total === undefined ? facts : { ...facts, countedTokens: total }
    }
    case "token_usage_record": {
      const total = decodeTokens(event.payload).thread_token_usage?.total_tokens
      return total === undefined ? facts : { ...facts, recordedTokens: total }
    }
    case "thread_name_updated": {
      const name = event.payload["thread_name"]
      return typeof name === "string" && name.trim() !== "" ? { ...facts, threadName: name.trim() } : facts
    }
    default:
      return facts
  }
}

/**
 * Joins the facts from two pieces of a thread, such as the head and the tail of a file, or one file and the next. Facts
 * about the beginning are taken from the earlier piece that has them, all others from the later one.
 */
export const joinFacts = (head: ThreadFacts, tail: ThreadFacts): ThreadFacts => ({
  ...(head.meta === undefined ? tail : head),
  isRollout: head.isRollout || tail.isRollout,
  lastOrdinal: tail.lastOrdinal,
  memoryMode: tail.memoryMode ?? head.memoryMode,
  turnCwd: head.turnCwd ?? tail.turnCwd,
  environmentCwd: head.environmentCwd ?? tail.environmentCwd,
  firstRequest: head.firstRequest ?? tail.firstRequest,
  firstWords: head.firstWords ?? tail.firstWords,
  firstUserMessage: head.firstUserMessage ?? tail.firstUserMessage,
  goal: tail.goal ?? head.goal,
  threadName: tail.threadName ?? head.threadName,
  approvalMode: tail.approvalMode ?? head.approvalMode,
  sandboxPolicy: tail.sandboxPolicy ?? head.sandboxPolicy,
  countedTokens: tail.countedTokens ?? head.countedTokens,
  recordedTokens: tail.recordedTokens ?? head.recordedTokens,
  lastTimestamp: tail.lastTimestamp ?? head.lastTimestamp
})

/** Adds the name that a person gave the thread. It replaces a name in the thread's own lines. */
export const withName = (facts: ThreadFacts, names: ReadonlyMap<string, string>): ThreadFacts => {
  const name = facts.meta?.id === undefined ? undefined : names.get(facts.meta.id)
  return name === undefined ? facts : { ...facts, threadName: name }
}

/** The maximum length of a path in characters; no system allows a longer one. */
const pathCharacters = 32_767

/** True if the text can be a path. It is never repaired, since that could make it the path of another directory. */
export const isPath = (cwd: string | undefined): cwd is string =>
  cwd !== undefined && cwd.length <= pathCharacters && keptText(cwd) === cwd

/** Returns the session's working directory; undefined if no line names one. */
export const cwdOf = (facts: ThreadFacts): string | undefined =>
  [facts.meta?.cwd, facts.turnCwd, facts.environmentCwd].find(isPath)

/**
 * True if a memory mode of Codex keeps a session from becoming memory. Codex sets `polluted` itself, for a user who
 * wants no memory of sessions that read something from outside.
 */
export const isModeOff = (mode: string | undefined): boolean => mode === "disabled" || mode === "polluted"

/** True if the session was recorded with memory switched off. */
export const isMemoryDisabled = ({ memoryMode }: ThreadFacts): boolean => isModeOff(memoryMode)

/** True if the session is a sub-agent's. */
export const isSubAgent = (facts: ThreadFacts): boolean =>
  facts.meta !== undefined && isSubAgentSource(sourceOf(facts.meta))
