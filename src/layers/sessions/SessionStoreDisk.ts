import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { agentTitles } from "../../domain/session/CodingAgent.js"
import type { LineLimits } from "../../domain/session/LineSplitter.js"
import { safe } from "../../domain/privacy/SafeText.js"
import type { RolloutFile } from "../../domain/thread/Thread.js"
import { logWarning } from "../../services/Logging.js"
import * as Redactor from "../../services/Redactor.js"
import { type AgentHome, CodexHomeUnavailable, RolloutUnreadable, SessionStore } from "../../services/SessionStore.js"
import { Settings } from "../../settings/Settings.js"
import { yieldToEventLoop } from "../node/YieldToEventLoop.js"
import type { AgentSessions } from "./AgentSessions.js"
import * as ClaudeSessions from "./claude/ClaudeSessions.js"
import * as CodexSessions from "./codex/CodexSessions.js"

/** Number of files whose ends are read between two turns of the event loop. */
const filesPerTurn = 16

/** Makes the sessions of an agent. A new agent is added here. */
const sessionsOf = ({ agent, path }: AgentHome, limits: LineLimits) => {
  switch (agent) {
    case "codex":
      return CodexSessions.make(path, limits)
    case "claude":
      return Effect.succeed(ClaudeSessions.make(path, limits))
  }
}

const make = Effect.gen(function* () {
  const redactor = yield* Redactor.Redactor
  const { agentHomes, codexHome, rolloutBytes } = yield* Settings
  const limits: LineLimits = { stringBytes: Math.max(1_048_576, rolloutBytes) }
  const all = yield* Effect.forEach(agentHomes, (home) => sessionsOf(home, limits))

  /** The agents whose sessions can be listed now, and the reasons of the others. */
  const found = Effect.map(
    Effect.forEach(all, (sessions) => Effect.map(sessions.problem, (problem) => ({ sessions, problem }))),
    (looked) => ({
      readable: looked.flatMap(({ problem, sessions }) => (problem === undefined ? [sessions] : [])),
      problems: looked.flatMap(({ problem, sessions }) => (problem === undefined ? [] : [{ problem, sessions }]))
    })
  )

  /** Lists the agents that can be read. Fails where there is none; another problem than absence is logged. */
  const readable = Effect.gen(function* () {
    const { problems, readable } = yield* found
    const [first] = problems
    if (readable.length === 0) {
      const { home, problem } = { home: first?.sessions.home ?? codexHome, problem: first?.problem ?? "it is not read" }
      return yield* new CodexHomeUnavailable({
        path: home,
        reason: problem,
        agent: first?.sessions.agent ?? "codex",
        others: problems.slice(1).map(({ sessions }) => sessions.home)
      })
    }
    for (const { problem, sessions } of problems.filter(({ problem }) => problem !== "it is not there")) {
      const reason = yield* redactor.safeMessage(new Error(`${sessions.home}: ${problem}`))
      yield* logWarning(safe`the sessions of ${agentTitles[sessions.agent]} are left out now: ${reason}`)
    }
    return readable
  })

  const list = readable.pipe(
    Effect.flatMap((readable) => Effect.forEach(readable, ({ list }) => list)),
    Effect.map((lists) => lists.flat().sort((left, right) => (left.path < right.path ? -1 : 1))),
    Effect.withSpan("SessionStore.list")
  )

  const of = (file: RolloutFile): Effect.Effect<AgentSessions, RolloutUnreadable> =>
    Effect.fromNullable(all.find(({ agent }) => agent === file.agent)).pipe(
      Effect.mapError(
        () =>
          new RolloutUnreadable({
            path: file.path,
            cause: new Error(`sessions of ${agentTitles[file.agent]} are not read; MEMORIES_AGENTS names what is`)
          })
      )
    )

  let opened = 0
  return SessionStore.of({
    check: Effect.asVoid(readable),
    agents: Effect.map(found, ({ readable }) => readable.map(({ agent, home }) => ({ agent, path: home }))),
    list,
    names: Effect.map(
      Effect.forEach(all, ({ names }) => names),
      ([first = new Map<string, string>(), ...others]) =>
        others.length === 0 ? first : new Map([first, ...others].flatMap((names) => [...names]))
    ),
    switchedOff: Effect.map(
      Effect.forEach(all, ({ switchedOff }) => switchedOff),
      (told) => Option.map(Option.all(told), (sets) => new Set(sets.flatMap((ids) => [...ids])))
    ),
    readEnds: (file, endOrdinal) =>
      Effect.flatMap(of(file), (sessions) => sessions.readEnds(file, endOrdinal)).pipe(
        Effect.zipLeft(Effect.suspend(() => (++opened % filesPerTurn === 0 ? yieldToEventLoop : Effect.void)))
      ),
    lineStart: (file, offset) => Effect.flatMap(of(file), (sessions) => sessions.lineStart(file, offset)),
    read: (file, endOrdinal) => Stream.unwrap(Effect.map(of(file), (sessions) => sessions.read(file, endOrdinal)))
  })
})

/** Reads the sessions of every agent whose home the settings name. */
export const layer: Layer.Layer<SessionStore, never, Settings> = Layer.effect(SessionStore, make).pipe(
  Layer.provide(Redactor.layer)
)
