import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { apiTexts, type ModelPhase, type NamedModel } from "../../../domain/model/Api.js"
import { memoryFile } from "../../../domain/memory/Publication.js"
import {
  joinUnknown,
  listUnknown,
  renderUnknown,
  UnknownLineCounter,
  type UnknownLines
} from "../../../domain/session/codex/UnknownLine.js"
import { agentTitles } from "../../../domain/session/CodingAgent.js"
import { counted } from "../../../domain/text/Counted.js"
import { threadOfTraceFile } from "../../../domain/memory/TraceMemory.js"
import { MemoryInspection, type HomeFinding } from "../../../services/MemoryInspection.js"
import { ModelProbe, type Reachability } from "../../../services/ModelProbe.js"
import { SessionStore } from "../../../services/SessionStore.js"
import { Claims } from "../../../services/state/Claims.js"
import { Consolidations } from "../../../services/state/Consolidations.js"
import { Forgetting } from "../../../services/state/Forgetting.js"
import { Integrity } from "../../../services/state/Integrity.js"
import { ProjectLocks } from "../../../services/state/ProjectLocks.js"
import { ThreadIndex } from "../../../services/state/ThreadIndex.js"
import { ThreadMemories } from "../../../services/state/ThreadMemories.js"
import { agentOf, consolidationModelOf, loadSettings, modelsInUse, Settings } from "../../../settings/Settings.js"
import type { CommandServices } from "../../CommandServices.js"
import { NeedsPerson } from "../../ExitCode.js"
import { type Given, givenOptions } from "../../Options.js"
import { withProgressLine } from "../../terminal/ProgressLine.js"
import { print } from "../../terminal/Screen.js"

/** The result of one check; `todo` is the remedy, null if the check found nothing wrong. */
interface Check {
  readonly check: string
  readonly isWell: boolean
  readonly finding: string
  readonly todo: string | null
}

const well = (check: string, finding: string): Check => ({ check, isWell: true, finding, todo: null })
const ill = (check: string, finding: string, todo: string): Check => ({ check, isWell: false, finding, todo })

/** Maximum number of paths that a check names. Further paths are counted. */
const namedPlaces = 3

const named = (paths: ReadonlyArray<string>): string =>
  [
    ...paths.slice(0, namedPlaces),
    ...(paths.length > namedPlaces ? [`and ${paths.length - namedPlaces} more`] : [])
  ].join(", ")

/**
 * Checks that the home of an agent exists, from whose sessions memory is made. Its sessions are not counted here, since
 * listing them is slow; the check of the state DB does that.
 */
const homes = Effect.gen(function* () {
  const store = yield* SessionStore
  const agents = yield* store.agents
  const found = agents
    .map(({ agent, path }) =>
      agent === "codex" ? `${path} is there` : `${path} of ${agentTitles[agent]} is there too`
    )
    .join("; ")
  return Either.match(yield* Effect.either(store.check), {
    onLeft: (error) => ill("Codex home", error.message, "name the folder that has sessions/ in it: --codex-home DIR"),
    onRight: () => well("Codex home", found)
  })
})

/**
 * Maximum number of newest sessions that are searched for lines of unknown types. `bytesRead` is the maximum of their
 * total size.
 */
const sessionsRead = 20
const bytesRead = 67_108_864

/**
 * Checks the newest sessions for lines of types that this version does not know, which a new version of Codex may
 * write.
 */
const knownTypes = Effect.gen(function* () {
  const store = yield* SessionStore
  const newest = [...(yield* Effect.orElseSucceed(store.list, () => []))].sort(
    (left, right) => right.modifiedAt - left.modifiedAt
  )
  let bytes = 0
  const files = newest.slice(0, sessionsRead).filter(({ size }) => (bytes += size) <= bytesRead)
  const counts = yield* Effect.forEach(files, (file) =>
    Effect.gen(function* () {
      const counter = new UnknownLineCounter()
      yield* Stream.runForEach(store.read(file), (line) =>
        Effect.sync(() => (line._tag === "EndOfRollout" ? undefined : counter.add(line)))
      )
      return counter.result()
    }).pipe(Effect.orElseSucceed((): UnknownLines => new Map()))
  )
  const unknown = listUnknown(counts.reduce(joinUnknown, new Map()))
  const read = counted(files.length, "session", "sessions")
  return well(
    "lines of sessions",
    unknown.length === 0
      ? `all types in the newest ${read} are known`
      : `types in the newest ${read} that this version does not know and skips: ${renderUnknown(unknown)}`
  )
})

const advice: { readonly [Problem in HomeFinding["problem"]]: readonly [string, string] } = {
  "not writable": [
    "a pass of yours cannot write it",
    "make it your own with chown and chmod u+w, or pass another folder: --memories-home DIR"
  ],
  "open to others": ["others on this machine can read it", "chmod -R go-rwx the memories home"],
  "left behind": ["a pass that was killed left it", "the next consolidation removes it; run rollout-memories"],
  "set aside": ["a corrupt state DB was kept", "remove it when you no longer want to look at it"],
  "not opened": [
    "a symbolic link, a FIFO, a socket or a device, of which a pass opens none",
    "move it away; a pass writes what belongs there again"
  ],
  unfinished: ["a publish was cut short", "run rollout-memories: it is finished before anything else"],
  "managed by Codex": ["Codex's own memories feature keeps it", "pass another folder: --memories-home DIR"]
}

const holders = Effect.gen(function* () {
  return [...(yield* (yield* Claims).holders), ...(yield* (yield* ProjectLocks).holders)]
})

const inspectionChecks = Effect.gen(function* () {
  const inspection = yield* MemoryInspection
  const { memoriesHome } = yield* Settings
  // While a pass is running, the files in staging belong to it.
  const isAtWork = (yield* holders).some(({ isAbandoned }) => !isAbandoned)
  const findings = yield* inspection.findings
  const problems = [...new Set(findings.map(({ problem }) => problem))].filter(
    (problem) => !(isAtWork && (problem === "left behind" || problem === "unfinished"))
  )
  return problems.length === 0
    ? [well("memories home", `all in ${memoriesHome} can be written, nothing can be read by others or was left behind`)]
    : problems.map((problem) => {
        const [finding, todo] = advice[problem]
        const paths = findings.filter((one) => one.problem === problem).map(({ path }) => path)
        return ill("memories home", `${finding}: ${named(paths)}`, todo)
      })
})

const database = Effect.gen(function* () {
  const damage = yield* (yield* Integrity).damage
  const threads = yield* (yield* ThreadIndex).count
  return damage.length === 0
    ? well("state DB", `sound, ${threads} sessions indexed`)
    : ill("state DB", damage.join("; "), "run rollout-memories --rebuild-index")
})

/** Compares the files in the memories home with the rows of the state DB that they are made from. */
const filesAgainstRows = Effect.gen(function* () {
  const consolidations = yield* Consolidations
  const threadMemories = yield* ThreadMemories
  const inspection = yield* MemoryInspection
  const { tracesPerCwd } = yield* Settings
  const dirty = new Set((yield* consolidations.dirty(tracesPerCwd)).map(({ cwd }) => cwd))
  const projects = Object.values(Arr.groupBy(yield* threadMemories.ids(tracesPerCwd), ({ cwd }) => cwd))
  const wrong = (yield* Effect.forEach(
    projects.filter(([{ cwd }]) => !dirty.has(cwd)),
    (memories) =>
      Effect.map(inspection.files(memories[0].cwd), (files) => {
        const onDisk = new Set(files.map(({ path }) => threadOfTraceFile(path.slice(path.indexOf("/") + 1)) ?? path))
        const expected = [...memories.map(({ threadId }) => threadId), memoryFile]
        return expected.every((name) => onDisk.has(name)) ? [] : [memories[0].cwd]
      })
  )).flat()
  return wrong.length === 0
    ? well("files against the index", `${projects.length} projects have the files that the index says`)
    : ill(
        "files against the index",
        `files are missing from the memory of ${named(wrong)}`,
        "the next consolidation of the project writes them again: `remember` a note there, or run --rebuild-index, then a pass"
      )
})

const workers = Effect.gen(function* () {
  const all = yield* holders
  const gone = all.filter(({ isAbandoned }) => isAbandoned).length
  return well(
    "locks and claims",
    `${all.length - gone} held by passes that run, ${gone} left by killed ones, which the next pass takes over`
  )
})

const forgets = Effect.gen(function* () {
  const unfinished = (yield* (yield* Forgetting).all).filter(({ erasedAt }) => erasedAt === null)
  return unfinished.length === 0
    ? well("forgotten sessions", "nothing is left of any")
    : ill(
        "forgotten sessions",
        `a forget was cut short: ${named(unfinished.map(({ threadId }) => threadId))}`,
        "run `rollout-memories forget --thread ID` for each again"
      )
})

const reached = ({ api }: NamedModel, server: string, reachability: Reachability): Check => {
  const { key, path, url } = apiTexts[api]
  switch (reachability._tag) {
    case "Reached":
      return well("model server", `${server} answers (${reachability.status})`)
    case "KeyRefused":
      return ill(
        "model server",
        `${server} refuses the key, or wants one (${reachability.status})`,
        `check ${key}, and that it is a key of that server`
      )
    case "NoModelsThere":
      return ill(
        "model server",
        `${server} has neither models nor ${path} at that path (404)`,
        `check ${url}: it ends where ${path} is${api === "anthropic" ? "" : ", usually with /v1"}`
      )
    case "Redirected":
      return ill(
        "model server",
        `${server} sends elsewhere (${reachability.status}), which is not followed`,
        `name the server that it sends to in ${url}`
      )
    case "Unreachable":
      return ill(
        "model server",
        `${server} cannot be reached: ${reachability.detail}`,
        `check that it runs, ${url}, and the network`
      )
  }
}

/** Asks the model of a phase by the smallest request of its kind, which may cost a few tokens. */
const answered = Effect.fnUntraced(function* (phase: ModelPhase, { api, name }: NamedModel) {
  const { ask } = yield* ModelProbe
  const check = `answer of ${api}:${name} (${phase})`
  return yield* Effect.match(ask(phase), {
    onFailure: ({ message }) => ill(check, message, "do what it says, then run doctor --probe again"),
    onSuccess: () => well(check, "it answers requests of this kind")
  })
})

/** Checks the servers of the models that the settings name. Without a model there is nothing to check. */
const model = Effect.fnUntraced(function* (probe: boolean) {
  const settings = yield* Settings
  const { reach } = yield* ModelProbe
  const agent = agentOf(settings)
  const inUse = modelsInUse(settings)
  const phases = (["extraction", "consolidation"] as const).flatMap((phase) => {
    const named = inUse[phase]
    return named === undefined ? [] : [{ phase, named, host: new URL(settings.modelServers[named.api].baseUrl).host }]
  })
  const servers = Arr.dedupeWith(
    phases,
    (left, right) => left.host === right.host && left.named.api === right.named.api
  )
  const consolidation = consolidationModelOf(settings)
  const named =
    phases.length === 0 && agent === "offline"
      ? "offline: nothing to reach"
      : `${settings.model}, agent ${agent}${inUse.consolidation === undefined || consolidation === settings.model ? "" : ` with ${consolidation}`}`
  return [
    well("model", named),
    ...(yield* Effect.forEach(servers, ({ host, named, phase }) =>
      Effect.map(reach(phase), (reachability) => reached(named, host, reachability))
    )),
    ...(probe ? yield* Effect.forEach(phases, ({ named, phase }) => answered(phase, named)) : [])
  ]
})

const homeChecks = Effect.gen(function* () {
  return [yield* database, ...(yield* inspectionChecks), yield* filesAgainstRows, yield* workers, yield* forgets]
})

/**
 * Implements `doctor`: runs all checks, and prints each problem with its remedy. Fails with `NeedsPerson` if there is a
 * problem.
 */
export const run = <E extends { readonly message: string }>(
  given: Given & { readonly json: boolean; readonly probe: boolean },
  { looking, probing }: CommandServices<E>
) =>
  Effect.gen(function* () {
    const settings = yield* loadSettings(givenOptions(given))
    const { examined, server } = yield* withProgressLine((tell) =>
      Effect.gen(function* () {
        yield* tell("looking at the homes and the state DB")
        const examined = yield* Effect.gen(function* () {
          return [yield* homes, yield* knownTypes, ...(yield* homeChecks)]
        }).pipe(Effect.provide(looking), Effect.either)
        yield* tell("looking for the model's server")
        return { examined, server: yield* Effect.provide(model(given.probe), probing) }
      })
    ).pipe(Effect.provideService(Settings, settings))
    const checks = [
      ...Either.getOrElse(examined, (error) => [
        ill("homes and state DB", error.message, "do what it says, then run doctor again")
      ]),
      ...server
    ]
    yield* print(given.json, { checks, isWell: checks.every(({ isWell }) => isWell) }, ({ alarm, bold }) =>
      checks.flatMap(({ check, finding, isWell, todo }) => [
        `${isWell ? "ok   " : alarm("wrong")}  ${bold(check)}: ${finding}`,
        ...(todo === null ? [] : [`       to do: ${todo}`])
      ])
    )
    if (checks.some(({ isWell }) => !isWell)) {
      return yield* new NeedsPerson()
    }
  })
