import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { whereMemoryIs } from "../../../delivery/NothingFound.js"
import { citationsIn } from "../../../domain/memory/Citation.js"
import { agentTitles } from "../../../domain/session/CodingAgent.js"
import { exactTime } from "../../../domain/text/ExactTime.js"
import { readableSize, readableTime } from "../../terminal/ReadableTime.js"
import { shortId } from "../../../domain/thread/ThreadPrefix.js"
import { MemoryInspection } from "../../../services/MemoryInspection.js"
import { redact } from "../../../services/Redactor.js"
import { ThreadMemories } from "../../../services/state/ThreadMemories.js"
import { readProjectOf, runOn, threadOf } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import type { GivenTo } from "../../CommandTable.js"
import { print } from "../../terminal/Screen.js"
import { UsageError } from "../../UsageError.js"

/**
 * The thread or directory has no memory to show. `list` lists the memories that exist; `why --thread` explains why a
 * thread has none.
 */
export class NothingToShow extends Schema.TaggedError<NothingToShow>("rollout-memories/NothingToShow")(
  "NothingToShow",
  { of: Schema.String, hint: Schema.String }
) {
  override get message(): string {
    return `there is no memory of ${this.of}; ${this.hint}`
  }
}

const showThread = Effect.fnUntraced(function* (text: string, asJson: boolean) {
  const threadMemories = yield* ThreadMemories
  const threadId = yield* threadOf(text)
  const [first, ...others] = yield* threadMemories.sources(threadId)
  if (first === undefined) {
    return yield* new NothingToShow({
      of: `thread ${threadId}`,
      hint: `\`rollout-memories why --thread ${shortId(threadId)}\` says why`
    })
  }
  const { memory, rolloutHash, rolloutSize } = first
  const json = {
    threadId,
    cwd: memory.cwd,
    summary: memory.memorySummary,
    trace: memory.traceSummary,
    source: {
      agent: memory.agent,
      rolloutPath: memory.rolloutPath,
      updatedAt: exactTime(memory.updatedAt),
      size: rolloutSize,
      sha256: rolloutHash
    },
    elsewhere: others.map((other) => ({
      cwd: other.memory.cwd,
      summary: other.memory.memorySummary,
      trace: other.memory.traceSummary
    }))
  }
  yield* print(asJson, json, ({ dim }) => [
    ...[first, ...others].flatMap((source) => [
      source.memory.traceSummary.trim(),
      "",
      dim(`project  ${source.memory.cwd}`),
      ""
    ]),
    dim(`thread   ${threadId}`),
    dim(`agent    ${agentTitles[memory.agent]}`),
    dim(`rollout  ${memory.rolloutPath}`),
    dim(`read as of ${readableTime(memory.updatedAt)}, ${readableSize(rolloutSize)}`)
  ])
})

const showProject = Effect.fnUntraced(function* (given: string, asJson: boolean) {
  const threadMemories = yield* ThreadMemories
  const inspection = yield* MemoryInspection
  const { cwd: directory, read } = yield* readProjectOf(given)
  const cwd = read.project
  const published = Option.getOrUndefined(yield* inspection.memoryText(cwd))
  if (published === undefined) {
    const where = yield* whereMemoryIs(directory, read)
    return yield* new NothingToShow({
      of: cwd,
      hint: `${where === "" ? "" : `${where}; `}\`rollout-memories list\` shows the projects that have one`
    })
  }
  // A person may have typed a secret into it.
  const text = yield* redact(published)
  const cited = citationsIn(text)
  const sources = (yield* threadMemories.list(cwd, Infinity)).filter(({ threadId }) =>
    cited.some((beginning) => threadId.startsWith(beginning))
  )
  const json = {
    cwd,
    file: `${inspection.rootOf(cwd).memoryPath}/MEMORY.md`,
    text,
    sources: sources.map(({ threadId, title, updatedAt }) => ({ threadId, title, updatedAt: exactTime(updatedAt) }))
  }
  yield* print(asJson, json, ({ dim, table }) => [
    text.trimEnd(),
    "",
    dim(json.file),
    ...(sources.length === 0
      ? []
      : table(
          [{ heading: "source" }, { heading: "when" }, { heading: "title", isFlexible: true }],
          sources.map(({ threadId, title, updatedAt }) => [shortId(threadId), readableTime(updatedAt), title])
        ))
  ])
})

/** Implements `show`: prints the traces of one thread, or a project's `MEMORY.md`. */
export const run = <E>(given: GivenTo<"show">, { looking }: CommandServices<E>) =>
  runOn(
    given,
    looking,
    Effect.gen(function* () {
      if (Option.isSome(given.thread) && Option.isNone(given.cwd)) {
        return yield* showThread(given.thread.value, given.json)
      }
      if (Option.isSome(given.cwd) && Option.isNone(given.thread)) {
        return yield* showProject(given.cwd.value, given.json)
      }
      return yield* new UsageError({
        problem: `show was given ${Option.isSome(given.thread) ? "both --thread and --cwd" : "nothing to show"}`,
        todo: "give either --thread ID or --cwd DIR"
      })
    })
  )
