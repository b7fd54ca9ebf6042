import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { AgentInput } from "../domain/agent/FirstMessage.js"
import { ProviderCrossing } from "../domain/memory/ConsolidationError.js"
import { mayBeSentTo } from "../domain/privacy/Provider.js"
import { plausibleCounts, type TokenCounts } from "../domain/model/Spending.js"
import { renderTemplate } from "../domain/text/Template.js"
import type { Directory } from "../domain/thread/WorkingDirectory.js"
import { countAnswer, type Pass } from "./Pass.js"
import { AgentControl, AgentFailure, type AgentStatus, consolidationSource, isFinal } from "../services/AgentControl.js"
import type { ConsolidationState } from "../services/state/Consolidations.js"
import { ThreadIndex } from "../services/state/ThreadIndex.js"
import { redact } from "../services/Redactor.js"
import { Settings } from "../settings/Settings.js"
import { Templates } from "../services/Templates.js"

/**
 * Ensures that traces are sent to no other provider than their sessions. Fails with `ProviderCrossing` when an agent
 * would send a directory's traces to another one, unless the settings allow it. Returns the sessions whose facts the
 * agent may see; if it may not see all of them, it may not see the published memory either.
 */
export const keepToProvider = Effect.fnUntraced(function* (cwd: Directory, { earlier, memories }: ConsolidationState) {
  const { provider } = yield* AgentControl
  const { allowProviderCrossing } = yield* Settings
  if (provider === undefined || allowProviderCrossing) {
    return { mayBeTold: () => true, isPublishedShown: true }
  }
  const threadIndex = yield* ThreadIndex
  const mayBeSent = ({ threadId }: ConsolidationState["earlier"][number]) =>
    Effect.map(
      threadIndex.get(threadId),
      Option.exists(({ thread }) => mayBeSentTo(provider, thread))
    )
  const own = yield* Effect.filter(memories, mayBeSent)
  if (own.length < memories.length) {
    return yield* new ProviderCrossing({ cwd, provider, traces: memories.length - own.length })
  }
  const sendable = yield* Effect.filter(earlier, mayBeSent)
  const told = new Set<string>([...own, ...sendable].map(({ threadId }) => threadId))
  return { mayBeTold: (threadId: string) => told.has(threadId), isPublishedShown: sendable.length === earlier.length }
})

/** The work of an agent: the project, the directory of its copy, and the inputs that its first message shows. */
interface AgentWork {
  readonly project: Directory
  readonly directory: string
  readonly inputs: ReadonlyArray<AgentInput>
}

/**
 * Starts the consolidation agent for a project in a staged copy, whose absolute path is `directory`, and waits for it
 * within its time limit. Fails unless it completed: with the model's error if that was the reason, else with `AgentFailure`.
 */
export const runAgent = Effect.fn("PhaseTwo.runAgent")(function* (
  pass: Pass,
  { directory, inputs, project }: AgentWork
) {
  const control = yield* AgentControl
  const templates = yield* Templates
  const { agentTimeLimit } = yield* Settings
  const prompt = renderTemplate(yield* redact(templates.consolidation), { memory_root: yield* redact(directory) })
  const work = { directory, inputs, project }
  const last = yield* control.spawn({ pass: pass.owner, ...work, prompt, source: consolidationSource }).pipe(
    Effect.flatMap((agent) => Stream.runLast(countTurns(pass, Stream.takeUntil(agent.status, isFinal)))),
    Effect.scoped,
    Effect.timeoutFail({
      duration: agentTimeLimit,
      onTimeout: () =>
        new AgentFailure({ directory, reason: "it exceeded its time limit; raise MEMORIES_AGENT_TIME_LIMIT" })
    })
  )
  const status = Option.getOrUndefined(last)
  switch (status?._tag) {
    case "Completed":
      return
    case "Errored":
      return yield* status.error ?? new AgentFailure({ directory, reason: status.message })
    case "Interrupted":
      return yield* new AgentFailure({ directory, reason: "it was interrupted" })
    default:
      return yield* new AgentFailure({ directory, reason: "its status stream ended without a result; run again" })
  }
})

/**
 * Adds the tokens of an agent's requests to the counters of the pass while the agent reports them. Each status carries
 * the total so far.
 */
const countTurns = <E>(pass: Pass, statuses: Stream.Stream<AgentStatus, E>): Stream.Stream<AgentStatus, E> => {
  let counted: TokenCounts = { inputTokens: 0, outputTokens: 0 }
  return Stream.tap(statuses, (status) => {
    const said =
      status._tag === "Running"
        ? plausibleCounts(
            {
              input: status.inputTokens,
              output: status.outputTokens,
              total: undefined,
              cached: status.cachedTokens
            },
            false
          )
        : undefined
    if (said === undefined) {
      return Effect.void
    }
    const { cachedTokens = 0, inputTokens, outputTokens } = said
    const turn = {
      inputTokens: Math.max(0, inputTokens - counted.inputTokens),
      outputTokens: Math.max(0, outputTokens - counted.outputTokens),
      cachedTokens: Math.max(0, cachedTokens - (counted.cachedTokens ?? 0))
    }
    counted = said
    return countAnswer(pass, turn)
  })
}
