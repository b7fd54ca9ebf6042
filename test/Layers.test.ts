import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Context, Duration, Effect, Layer, Logger, Schema, Stream } from "effect"
import * as Layers from "../src/Layers.js"
import * as MemoriesStartup from "../src/host/MemoriesStartup.js"
import { AgentControl } from "../src/services/AgentControl.js"
import { MemoryFs } from "../src/services/MemoryFs.js"
import { ModelClient } from "../src/services/ModelClient.js"
import { Progress, type ProgressEvent } from "../src/services/Progress.js"
import { SessionStore } from "../src/services/SessionStore.js"
import { Claims } from "../src/services/state/Claims.js"
import { Consolidations } from "../src/services/state/Consolidations.js"
import { Facts } from "../src/services/state/Facts.js"
import { Forgetting } from "../src/services/state/Forgetting.js"
import { Integrity } from "../src/services/state/Integrity.js"
import { Notes } from "../src/services/state/Notes.js"
import { ProjectLocks } from "../src/services/state/ProjectLocks.js"
import { Projects } from "../src/services/state/Projects.js"
import { Spending } from "../src/services/state/Spending.js"
import { ThreadIndex } from "../src/services/state/ThreadIndex.js"
import { ThreadMemories } from "../src/services/state/ThreadMemories.js"
import { Settings } from "../src/settings/Settings.js"
import { Templates } from "../src/services/Templates.js"
import { exampleHome } from "./support/exampleHome.js"
import { answer, over, traceAbout, World } from "../src/testing/World.js"

const session: MemoriesStartup.Session = { isEphemeral: false, isSubAgent: false, isEnabled: true }

/** How a pass over some layers came out. */
const outcomeOver = <E, R>(layers: Layer.Layer<MemoriesStartup.PassServices, E, R>) =>
  Effect.provide(
    Effect.flatMap(MemoriesStartup.MemoriesStartup, ({ ended }) => ended),
    Layer.provide(MemoriesStartup.layer(session, layers), Logger.remove(Logger.defaultLogger))
  )

/** A service, with the name of each of its members that was asked for. */
const spied = <S extends object>(service: S, used: Array<string>): S =>
  new Proxy(service, {
    get: (target, name) => {
      used.push(String(name))
      return Reflect.get(target, name)
    }
  })

class HostError extends Schema.TaggedError<HostError>()("HostError", { message: Schema.String }) {}
class HostThing extends Context.Tag("host/Thing")<HostThing, { readonly reason: string }>() {}

/** A port of the host's own that needs something of the host's, and settings, and cannot be built. */
const brokenModel: Layer.Layer<ModelClient, HostError, HostThing | Settings> = Layer.effect(
  ModelClient,
  Effect.gen(function* () {
    yield* Settings
    return yield* new HostError({ message: (yield* HostThing).reason })
  })
)

describe("the layers of a pass", () => {
  it.scopedLive("the layers of a pass need nothing but the settings", () =>
    Effect.gen(function* () {
      const codexHome = yield* exampleHome
      const outcome = yield* outcomeOver(Layers.layer({ settings: { codexHome, minIdle: Duration.zero } }))
      assert(outcome._tag === "Finished")
      assert.strictEqual(outcome.report.extracted.length, 8)
      assert.isTrue(existsSync(join(codexHome, "memories/state.sqlite")))
    })
  )

  it.scopedLive("settings that the host omits are read from the environment", () =>
    Effect.gen(function* () {
      const codexHome = yield* exampleHome
      const variables = new Map([
        ["CODEX_HOME", codexHome],
        ["MEMORIES_CANDIDATES", "1"],
        ["MEMORIES_MIN_IDLE", "0"]
      ])
      const outcome = yield* outcomeOver(Layers.layer()).pipe(
        Effect.withConfigProvider(ConfigProvider.fromMap(variables))
      )
      assert(outcome._tag === "Finished")
      assert.strictEqual(outcome.report.candidates, 1)
    })
  )

  const withOwn =
    <I extends MemoriesStartup.PassServices | Progress, S extends object>(tag: Context.Tag<I, S>) =>
    (codexHome: string, used: Array<string>): Layer.Layer<MemoriesStartup.PassServices, Layers.HostLayersError> =>
      Layers.layer({
        settings: { codexHome, minIdle: Duration.zero },
        ports: Layer.map(new World().add(1).layer, (context) =>
          Context.make(tag, spied(Context.unsafeGet(context, tag), used))
        )
      })

  /** Every capability of the state DB is the host's own. */
  const withOwnState = (codexHome: string, used: Array<string>) =>
    Layers.layer({
      settings: { codexHome, minIdle: Duration.zero },
      ports: Layer.map(new World({ stateDb: over(ThreadIndex, (service) => spied(service, used)) }).layer, (context) =>
        Context.pick(
          Claims,
          Consolidations,
          Facts,
          Forgetting,
          Integrity,
          Notes,
          ProjectLocks,
          Projects,
          Spending,
          ThreadIndex,
          ThreadMemories
        )(context)
      )
    })

  it.scopedLive("a capability of the host is used, and the others come from the program's state DB", () =>
    Effect.gen(function* () {
      const codexHome = yield* exampleHome
      const added: Array<string> = []
      const projects = Effect.sync(() => {
        added.push("projects")
        return []
      })
      const own = Layer.map(new World().layer, (context) =>
        Context.make(ThreadMemories, { ...Context.get(context, ThreadMemories), projects })
      )
      const outcome = yield* outcomeOver(Layers.layer({ settings: { codexHome }, ports: own }))
      assert.strictEqual(outcome._tag, "Finished")
      assert.deepStrictEqual(added, ["projects"])
      assert.isTrue(existsSync(join(codexHome, "memories/state.sqlite")))
    })
  )

  for (const [port, replace] of [
    ["ModelClient", withOwn(ModelClient)],
    ["AgentControl", withOwn(AgentControl)],
    ["state DB", withOwnState],
    ["SessionStore", withOwn(SessionStore)],
    ["MemoryFs", withOwn(MemoryFs)],
    ["Progress", withOwn(Progress)],
    ["Templates", withOwn(Templates)]
  ] as const) {
    it.scopedLive(`a host's ${port} is used, and the program's own layers for the rest`, () =>
      Effect.gen(function* () {
        const codexHome = yield* exampleHome
        const used: Array<string> = []
        const outcome = yield* outcomeOver(replace(codexHome, used))
        assert.strictEqual(outcome._tag, "Finished")
        assert.isNotEmpty(used)
        assert.strictEqual(existsSync(join(codexHome, "memories/state.sqlite")), port !== "state DB")
      })
    )
  }

  it.scopedLive("a host's own model and progress are used", () =>
    Effect.gen(function* () {
      const codexHome = yield* exampleHome
      const events: Array<ProgressEvent> = []
      const ports = Layer.mergeAll(
        Layer.succeed(ModelClient, {
          name: "the host's",
          stream: ({ thread }) => Stream.fromIterable(answer(traceAbout(`session ${thread.id}`)))
        }),
        Layer.succeed(Progress, { report: (event) => Effect.sync(() => void events.push(event)) })
      )
      const outcome = yield* outcomeOver(Layers.layer({ settings: { codexHome, minIdle: Duration.zero }, ports }))
      assert(outcome._tag === "Finished")
      assert.strictEqual(outcome.report.model.name, "the host's")
      const [learned] = outcome.report.extracted
      assert.include(readFileSync(learned?.traceFile ?? "", "utf8"), `# session ${learned?.threadId}`)
      assert.strictEqual(events.filter(({ _tag }) => _tag === "Extracted").length, 8)
    })
  )

  it.scopedLive("a missing home ends the startup as failed, and the host's layer is built all the same", () =>
    Effect.gen(function* () {
      const outcome = yield* outcomeOver(Layers.layer({ settings: { codexHome: "/nowhere/at/all" } }))
      assert(outcome._tag === "Failed")
      assert.include(outcome.message, "/nowhere/at/all")
    })
  )

  it.scopedLive("a host's port that cannot be built ends the startup as failed, and the layer is built too", () =>
    Effect.gen(function* () {
      const layers = Layers.layer({ settings: { codexHome: "/codex" }, ports: brokenModel })
      const outcome = yield* outcomeOver(Layer.provide(layers, Layer.succeed(HostThing, { reason: "no key" })))
      assert.deepStrictEqual(outcome, { _tag: "Failed", message: "no key" })
    })
  )
})

type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false

/** What a port of the host's needs and fails with shows in the type; the settings it gets. */
const layers = () => Layers.layer({ ports: brokenModel })
const isNeeded: Same<Layer.Layer.Context<ReturnType<typeof layers>>, HostThing> = true
const isTold: Same<Layer.Layer.Error<ReturnType<typeof layers>>, HostError | Layers.HostLayersError> = true
// @ts-expect-error: what is no port is none of the host's ports.
const stranger = () => Layers.layer({ ports: Layer.succeed(HostThing, { reason: "" }) })
void [isNeeded, isTold, stranger]
