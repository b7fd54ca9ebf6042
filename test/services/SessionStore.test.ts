import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Context, Effect, FastCheck, Layer, type Scope, Stream } from "effect"
import { addSessionLine, type SessionLine } from "../../src/domain/session/SessionLine.js"
import { type RolloutFile, threadOf } from "../../src/domain/thread/Thread.js"
import { noFacts } from "../../src/domain/thread/ThreadFacts.js"
import * as SessionStoreDisk from "../../src/layers/sessions/SessionStoreDisk.js"
import * as SessionStoreMemory from "../../src/layers/sessions/SessionStoreMemory.js"
import {
  CodexHomeUnavailable,
  type EndOfRollout,
  SessionStore,
  RolloutUnreadable
} from "../../src/services/SessionStore.js"
import * as Settings from "../../src/settings/Settings.js"
import { redact } from "../../src/domain/privacy/Redaction.js"
import { temporaryFolder } from "../support/program.js"
import { RolloutBuilder, simpleSession, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { frameHeader, runBlock, zstdFrame } from "../support/zstd.js"
import { nonEmpty } from "../support/nonEmpty.js"

type Store = SessionStore["Type"]
type Line = SessionLine | EndOfRollout

/** Rollouts by their paths below the home. */
type Home = { readonly [path: string]: string }

/** A store over a home, and where the home is. */
interface World {
  readonly store: Store
  readonly home: string
}

const day = "sessions/2026/03/02"
const nameOf = (number: number) => `rollout-2026-03-02T09-00-00-${threadIdOf(number)}.jsonl`

/** When every file of a fixture was written: whole seconds, as every file system keeps them. */
const writtenAt = startOfFixtures + 3_600_000

const layerOver = (home: string) =>
  SessionStoreDisk.layer.pipe(
    Layer.provide(Settings.layer({ codexHome: home, memoriesHome: "/memories" })),
    Layer.orDie
  )

const put = (path: string, content: string | Buffer) => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  utimesSync(path, writtenAt / 1_000, writtenAt / 1_000)
}

const built = (layer: Layer.Layer<SessionStore>) =>
  Effect.map(Layer.build(layer), (context) => Context.get(context, SessionStore))

const onDisk = Effect.fnUntraced(function* (files: Home) {
  const home = yield* temporaryFolder
  Object.entries(files).forEach(([path, content]) => put(join(home, path), content))
  const world: World = { store: yield* built(layerOver(home)), home }
  return world
})

const heldOf = (files: Home) =>
  Object.entries(files).map(([path, content]) => ({
    agent: "codex",
    path: `/codex/${path}`,
    content,
    modifiedAt: writtenAt,
    isArchived: path.startsWith("archived_sessions/")
  }))

const inMemory = (files: Home) =>
  Effect.map(built(SessionStoreMemory.layer(heldOf(files))), (store): World => ({ store, home: "/codex" }))

/** As a host has them that asks a server of its own for each. */
const fromHost = (files: Home) => {
  const held = async function* () {
    for (const { content, ...rollout } of heldOf(files)) {
      yield await Promise.resolve({ ...rollout, content: new TextEncoder().encode(content) })
    }
  }
  return Effect.map(built(SessionStoreMemory.layer(held)), (store): World => ({ store, home: "/codex" }))
}

const fileAt = ({ home }: World, path: string): RolloutFile => ({
  agent: "codex",
  path: join(home, path),
  size: 0,
  modifiedAt: 0,
  isArchived: false
})

const readAll = (store: Store, file: RolloutFile) =>
  Effect.map(Stream.runCollect(store.read(file)), Chunk.toReadonlyArray)

const sha256 = (bytes: string | Buffer) => createHash("sha256").update(bytes).digest("hex")

const tagsOf = (lines: ReadonlyArray<Line>) =>
  lines.map((line) => (line._tag === "EndOfRollout" ? line._tag : `${line._tag} ${line.line}`))

/** What every line of a rollout says, by a whole reading. */
const wholeFacts = (lines: ReadonlyArray<Line>) =>
  lines.reduce((facts, line) => (line._tag === "EndOfRollout" ? facts : addSessionLine(facts, line)), noFacts)

const suite = (name: string, makeWorld: (files: Home) => Effect.Effect<World, never, Scope.Scope>) => {
  const test = <E>(title: string, files: Home, body: (world: World) => Effect.Effect<void, E, Scope.Scope>) =>
    it.scoped(title, () => Effect.flatMap(makeWorld(files), body))

  describe(`sessions ${name}`, () => {
    test(
      "every session is listed in the order of the paths, with its size, time and archived state",
      {
        [`${day}/${nameOf(2)}`]: simpleSession(),
        [`archived_sessions/${nameOf(3)}`]: "é\n",
        [`sessions/2025/12/31/${nameOf(4)}`]: "",
        [`${day}/${nameOf(1)}`]: "{}"
      },
      ({ home, store }) =>
        Effect.gen(function* () {
          yield* store.check
          assert.deepStrictEqual(yield* store.list, [
            {
              agent: "codex",
              path: join(home, "archived_sessions", nameOf(3)),
              size: 3,
              modifiedAt: writtenAt,
              isArchived: true
            },
            {
              agent: "codex",
              path: join(home, "sessions/2025/12/31", nameOf(4)),
              size: 0,
              modifiedAt: writtenAt,
              isArchived: false
            },
            { agent: "codex", path: join(home, day, nameOf(1)), size: 2, modifiedAt: writtenAt, isArchived: false },
            {
              agent: "codex",
              path: join(home, day, nameOf(2)),
              size: Buffer.byteLength(simpleSession()),
              modifiedAt: writtenAt,
              isArchived: false
            }
          ])
        })
    )

    test("an empty home has no sessions", {}, ({ store }) =>
      Effect.gen(function* () {
        yield* store.check
        assert.deepStrictEqual(yield* store.list, [])
      })
    )

    const lines = new RolloutBuilder()
      .meta()
      .raw("")
      .user("do it")
      .raw("not json")
      .raw("   ")
      .raw('"a string"')
      .raw("[1]")
      .assistant("done")
      .text()
    test(
      "a rollout is read line by line, and ends with the exact content that was read",
      { "a.jsonl": lines },
      (world) =>
        Effect.gen(function* () {
          const read = yield* readAll(world.store, fileAt(world, "a.jsonl"))
          assert.deepStrictEqual(tagsOf(read), [
            "SessionMeta 1",
            "ResponseItem 3",
            "Event 4",
            "MalformedLine 5",
            "MalformedLine 7",
            "MalformedLine 8",
            "ResponseItem 9",
            "EndOfRollout"
          ])
          const size = Buffer.byteLength(lines)
          assert.deepStrictEqual(read.at(-1), {
            _tag: "EndOfRollout",
            file: { agent: "codex", path: join(world.home, "a.jsonl"), size, modifiedAt: writtenAt, isArchived: false },
            content: { size, hash: sha256(lines) }
          })
        })
    )

    test("an empty rollout is read as its end alone", { "a.jsonl": "" }, (world) =>
      Effect.gen(function* () {
        const [end, ...others] = yield* readAll(world.store, fileAt(world, "a.jsonl"))
        assert.deepStrictEqual(others, [])
        assert.isTrue(end?._tag === "EndOfRollout" && end.content.size === 0 && end.content.hash === sha256(""))
        assert.isFalse((yield* world.store.readEnds(fileAt(world, "a.jsonl"))).isRollout)
      })
    )

    const session = simpleSession()
    const whole = session.trimEnd()
    const half = whole.slice(0, whole.lastIndexOf("\n") + 40)
    test(
      "a rollout can have any line endings, and remains of a crash or an editor around its lines",
      {
        "plain.jsonl": session,
        "no-end.jsonl": whole,
        "crlf.jsonl": session.replaceAll("\n", "\r\n"),
        "bom.jsonl": `\u{feff}${session}`,
        "nul.jsonl": session.replaceAll("\n", "\0\0\n"),
        "half.jsonl": half
      },
      (world) =>
        Effect.gen(function* () {
          const plain = (yield* readAll(world.store, fileAt(world, "plain.jsonl"))).slice(0, -1)
          const ends = yield* world.store.readEnds(fileAt(world, "plain.jsonl"))
          for (const path of ["no-end.jsonl", "crlf.jsonl", "bom.jsonl", "nul.jsonl"]) {
            assert.deepStrictEqual((yield* readAll(world.store, fileAt(world, path))).slice(0, -1), plain, path)
            assert.deepStrictEqual(yield* world.store.readEnds(fileAt(world, path)), ends, path)
          }
          assert.deepStrictEqual(tagsOf(yield* readAll(world.store, fileAt(world, "half.jsonl"))).slice(-2), [
            `MalformedLine ${plain.length}`,
            "EndOfRollout"
          ])
        })
    )

    const numbered = new RolloutBuilder(startOfFixtures, 0)
      .meta({ id: threadIdOf(1) })
      .turnContext({ approval_policy: "never" })
      .user("kept")
      .event({ type: "token_count", info: { total_token_usage: { total_tokens: 7 } } })
      .turnContext({ approval_policy: "on-request" })
      .user("undone")
      .event({ type: "token_count", info: { total_token_usage: { total_tokens: 70 } } })
      .text()
    test(
      "the line that begins at a byte is told by its ordinal, where a line begins there",
      { "a.jsonl": numbered, "bare.jsonl": '{"type":"x"}\n{"type":"y"}\n' },
      (world) =>
        Effect.gen(function* () {
          const starts = numbered
            .split("\n")
            .slice(0, -1)
            .map((_, index, lines) =>
              Buffer.byteLength(
                lines
                  .slice(0, index)
                  .map((line) => `${line}\n`)
                  .join("")
              )
            )
          for (const [ordinal, offset] of nonEmpty([...starts.entries()].slice(1))) {
            assert.strictEqual(yield* world.store.lineStart(fileAt(world, "a.jsonl"), offset), ordinal)
            assert.strictEqual(yield* world.store.lineStart(fileAt(world, "a.jsonl"), offset + 1), "none")
          }
          const size = Buffer.byteLength(numbered)
          assert.strictEqual(yield* world.store.lineStart(fileAt(world, "a.jsonl"), size), "end")
          assert.strictEqual(yield* world.store.lineStart(fileAt(world, "a.jsonl"), size + 9_000), "none")
          assert.strictEqual(yield* world.store.lineStart(fileAt(world, "bare.jsonl"), 13), "unknown")
          const gone = { ...fileAt(world, "a.jsonl"), path: `${fileAt(world, "a.jsonl").path}-gone` }
          assert.instanceOf(yield* Effect.flip(world.store.lineStart(gone, 5)), RolloutUnreadable)
        })
    )
    test(
      "undone lines are left out from an ordinal on, in whole readings and in readings of the ends",
      { "a.jsonl": numbered },
      (world) =>
        Effect.gen(function* () {
          const file = fileAt(world, "a.jsonl")
          const stream = world.store.read(file, 5)
          const read = Chunk.toReadonlyArray(yield* Stream.runCollect(stream))
          assert.deepStrictEqual(tagsOf(read), [
            "SessionMeta 1",
            "TurnContext 2",
            "ResponseItem 3",
            "Event 4",
            "Event 5",
            "EndOfRollout"
          ])
          const ends = yield* world.store.readEnds(file, 5)
          assert.deepStrictEqual([ends.firstRequest, ends.approvalMode, ends.countedTokens], ["kept", "never", 7])
          const nothing = yield* world.store.readEnds(file, 1)
          assert.deepStrictEqual([nothing.meta?.id, nothing.firstRequest], [threadIdOf(1), undefined])
          const whole = yield* readAll(world.store, file)
          const content = { size: Buffer.byteLength(numbered), hash: sha256(numbered) }
          for (const end of [read.at(-1), whole.at(-1)]) {
            assert.deepStrictEqual(end?._tag === "EndOfRollout" ? end.content : undefined, content)
          }
        })
    )

    const switched = (...modes: ReadonlyArray<Record<string, unknown>>) =>
      modes
        .reduce((rollout: RolloutBuilder, mode) => rollout.user("on").meta(mode), new RolloutBuilder().meta())
        .user("on")
        .text()
    test(
      "the memory mode of a session is that of its own last session_meta that has one",
      {
        "off.jsonl": switched({ memory_mode: "disabled" }, {}),
        "on-again.jsonl": switched({ memory_mode: "disabled" }, { memory_mode: "enabled" }),
        "another's.jsonl": switched({ id: threadIdOf(2), memory_mode: "disabled" })
      },
      (world) =>
        Effect.gen(function* () {
          for (const [path, mode] of [
            ["off.jsonl", "disabled"],
            ["on-again.jsonl", "enabled"],
            ["another's.jsonl", undefined]
          ] as const) {
            const file = fileAt(world, path)
            assert.strictEqual((yield* world.store.readEnds(file)).memoryMode, mode, path)
            assert.strictEqual(wholeFacts(yield* readAll(world.store, file)).memoryMode, mode, path)
          }
        })
    )

    test("a missing rollout fails alone", { "a.jsonl": session }, (world) =>
      Effect.gen(function* () {
        const gone = fileAt(world, "gone.jsonl")
        for (const use of [Effect.asVoid(readAll(world.store, gone)), Effect.asVoid(world.store.readEnds(gone))]) {
          const error = yield* Effect.flip(use)
          assert.instanceOf(error, RolloutUnreadable)
          assert.strictEqual(error.path, gone.path)
          assert.include(error.message, gone.path)
        }
        assert.isAbove((yield* readAll(world.store, fileAt(world, "a.jsonl"))).length, 5)
      })
    )

    const agrees = Effect.fnUntraced(function* (world: World, path: string) {
      const file = fileAt(world, path)
      const read = yield* readAll(world.store, file)
      const ends = yield* world.store.readEnds(file)
      assert.deepStrictEqual(
        { ...threadOf(ends, file, null, writtenAt, redact) },
        { ...threadOf(wholeFacts(read), file, null, writtenAt, redact) }
      )
    })

    test(
      "the ends of a session give the same facts as the whole session",
      {
        "simple.jsonl": session,
        "named.jsonl": new RolloutBuilder()
          .meta({ git: { branch: "main", commit_hash: "0f1e", repository_url: "https://git.example/a.git" } })
          .turnContext({ approval_policy: "never" })
          .user("first")
          .event({ type: "thread_name_updated", thread_name: "one" })
          .event({ type: "token_count", info: { total_token_usage: { total_tokens: 7 } } })
          .user("second")
          .turnContext({ approval_policy: "on-request", sandbox_policy: "read-only" })
          .event({ type: "thread_name_updated", thread_name: "two" })
          .event({ type: "token_count", info: { total_token_usage: { total_tokens: 70 } } })
          .text(),
        "no-request.jsonl": new RolloutBuilder().meta().assistant("hello").text(),
        "no-meta.jsonl": new RolloutBuilder().user("hello").text(),
        "not-one.jsonl": '{"type":"user","message":{}}\n'
      },
      (world) =>
        Effect.forEach(
          ["simple.jsonl", "named.jsonl", "no-request.jsonl", "no-meta.jsonl", "not-one.jsonl"],
          (path) => agrees(world, path),
          { discard: true }
        )
    )

    const long = new RolloutBuilder().meta().turnContext().user("find the needle")
    for (let turn = 0; turn < 60; turn++) {
      long.command(`cat ${turn}`, "hay ".repeat(8_000)).turnContext()
    }
    long.event({ type: "thread_name_updated", thread_name: "needle" }).turnEnd()
    test("the ends of a long rollout give the same facts, without its middle", { "long.jsonl": long.text() }, (world) =>
      Effect.gen(function* () {
        assert.isAbove(Buffer.byteLength(long.text()), 1_900_000)
        yield* agrees(world, "long.jsonl")
        assert.strictEqual((yield* world.store.readEnds(fileAt(world, "long.jsonl"))).threadName, "needle")
      })
    )

    const act = FastCheck.constantFrom(
      (builder: RolloutBuilder) => builder.user("please"),
      (builder: RolloutBuilder) => builder.assistant("of course"),
      (builder: RolloutBuilder) => builder.command("ls", "a\n"),
      (builder: RolloutBuilder) => builder.turnContext({ approval_policy: "never" }),
      (builder: RolloutBuilder) =>
        builder.event({ type: "thread_name_updated", thread_name: `n${builder.lines.length}` }),
      (builder: RolloutBuilder) => builder.raw("{ torn"),
      (builder: RolloutBuilder) => builder.raw(""),
      (builder: RolloutBuilder) => builder.meta({ id: threadIdOf(2), cwd: "/elsewhere" })
    )
    it.scoped.prop(
      "the ends of any session give the same facts as the whole",
      [FastCheck.array(act, { maxLength: 12, size: "max" })],
      ([acts]) => {
        const builder = acts.reduce((builder, next) => next(builder), new RolloutBuilder())
        return Effect.flatMap(makeWorld({ "a.jsonl": builder.text() }), (world) => agrees(world, "a.jsonl"))
      },
      { fastCheck: { numRuns: 40 } }
    )
  })
}

suite("in memory", inMemory)
suite("that an asynchronous iterable gives", fromHost)
suite("on disk", onDisk)

describe("changing sessions of a host", () => {
  it.scoped("the sessions of a host are read again each time", () =>
    Effect.gen(function* () {
      const held: Array<SessionStoreMemory.HeldRollout> = []
      const store = yield* built(SessionStoreMemory.layer(() => held))
      assert.deepStrictEqual(yield* store.list, [])
      held.push({ path: "one", content: simpleSession(), modifiedAt: 1 })
      const [file] = yield* store.list
      assert.strictEqual(file?.path, "one")
    })
  )
})

describe("sessions in the memory of a host", () => {
  it.scoped("a host's session is the same as one text, as bytes and line by line", () =>
    Effect.gen(function* () {
      const text = simpleSession()
      const bytes = Buffer.from(`before${text}after`).subarray(6, 6 + Buffer.byteLength(text))
      for (const content of [text, bytes, new Set(text.trimEnd().split("\n"))]) {
        const store = yield* built(SessionStoreMemory.layer([{ path: "one", content, modifiedAt: 1 }]))
        const file: RolloutFile = { agent: "codex", path: "one", size: bytes.length, modifiedAt: 1, isArchived: false }
        assert.deepStrictEqual(yield* store.list, [file])
        assert.deepStrictEqual((yield* readAll(store, file)).at(-1), {
          _tag: "EndOfRollout",
          file,
          content: { size: bytes.length, hash: sha256(text) }
        })
      }
    })
  )

  it.scoped("a host's session without a time has the time of its last record", () =>
    Effect.gen(function* () {
      const builder = new RolloutBuilder().meta()
      const store = yield* built(
        SessionStoreMemory.layer([
          {
            path: "one",
            content: builder.at(startOfFixtures + 90_000).event({ type: "agent_message", message: "done" }).lines
          },
          { path: "two", content: "" }
        ])
      )
      assert.deepStrictEqual(
        (yield* store.list).map(({ modifiedAt }) => modifiedAt),
        [startOfFixtures + 90_000, 0]
      )
    })
  )

  it.scoped("a host's session whose iterable throws fails with a typed error", () =>
    Effect.gen(function* () {
      const broken = async function* () {
        yield await Promise.resolve({ path: "one", content: simpleSession() })
        throw new Error("the host's server is down")
      }
      const file: RolloutFile = { agent: "codex", path: "one", size: 0, modifiedAt: 0, isArchived: false }
      for (const held of [
        broken,
        () => {
          throw new Error("the host's server is down")
        }
      ]) {
        const store = yield* built(SessionStoreMemory.layer(held))
        const unlisted = yield* Effect.flip(store.list)
        assert.instanceOf(unlisted, CodexHomeUnavailable)
        assert.include(unlisted.message, "the host's server is down")
        const unread = yield* Effect.flip(readAll(store, file))
        assert.instanceOf(unread, RolloutUnreadable)
        assert.include(unread.message, "the host's server is down")
        assert.instanceOf(yield* Effect.flip(store.readEnds(file)), RolloutUnreadable)
      }
    })
  )
})

describe("sessions in files", () => {
  const test = <E>(title: string, body: (world: World) => Effect.Effect<void, E, Scope.Scope>) =>
    it.scoped(title, () => Effect.flatMap(onDisk({}), body))

  const listed = ({ home, store }: World) =>
    Effect.map(store.list, (files) => files.map(({ path }) => path.slice(home.length + 1)))

  test("sessions have the names that session_index.jsonl has at the time", ({ home, store }) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* store.names).size, 0)
      const index = join(home, "session_index.jsonl")
      writeFileSync(index, '{"id":"one","thread_name":"Tides"}\n')
      assert.deepStrictEqual([...(yield* store.names)], [["one", "Tides"]])
      appendFileSync(index, '{"id":"one","thread_name":"Ebb and flow"}\n')
      assert.deepStrictEqual([...(yield* store.names)], [["one", "Ebb and flow"]])
      rmSync(index)
      mkdirSync(index)
      assert.strictEqual((yield* store.names).size, 0)
    }))

  test("a session is listed once, however it is reached", (world) =>
    Effect.gen(function* () {
      const { home } = world
      const elsewhere = yield* temporaryFolder
      put(join(home, day, nameOf(1)), simpleSession())
      put(join(elsewhere, "a", nameOf(2)), simpleSession())
      put(join(elsewhere, "b", "kept.jsonl"), simpleSession())
      symlinkSync(join(home, day, nameOf(1)), join(home, day, "rollout-again.jsonl"))
      symlinkSync(join(home, day), join(home, "sessions", "again"))
      symlinkSync("..", join(home, day, "loop"))
      symlinkSync(join(elsewhere, "a"), join(home, "sessions", "elsewhere"))
      symlinkSync(join(elsewhere, "b", "kept.jsonl"), join(home, day, "rollout-linked.jsonl"))
      symlinkSync(join(elsewhere, "gone.jsonl"), join(home, day, "rollout-dangling.jsonl"))
      symlinkSync(join(home, "sessions"), join(home, "archived_sessions"))
      symlinkSync("self", join(home, "sessions", "self"))
      assert.deepStrictEqual(
        (yield* world.store.list).map(({ isArchived, path }) => [path, isArchived]),
        [join(home, day, nameOf(1)), join(elsewhere, "a", nameOf(2)), join(elsewhere, "b", "kept.jsonl")]
          .sort()
          .map((path) => [path, false])
      )
    }))

  test("sessions are regular files of the right name, at any depth", (world) =>
    Effect.gen(function* () {
      const { home } = world
      const good = [
        `archived_sessions/${nameOf(1)}`,
        `sessions/2026/${nameOf(2)}`,
        `sessions/deep/er/and/deep/er/${nameOf(3)}`,
        `sessions/${nameOf(4)}.zst`
      ]
      const bad = [
        `${day}/${nameOf(5)}.bak`,
        `${day}/history.jsonl`,
        `${day}/x${nameOf(6)}`,
        `elsewhere/${nameOf(7)}`,
        `${day}/${nameOf(8)}/a folder`
      ]
      for (const path of [...good, ...bad]) {
        put(join(home, path), "{}\n")
      }
      spawnSync("mkfifo", [join(home, day, nameOf(9))])
      assert.deepStrictEqual(yield* listed(world), [...good].sort())
    }))

  test("a session that is there uncompressed is not listed compressed as well", (world) =>
    Effect.gen(function* () {
      for (const path of [nameOf(1), `${nameOf(1)}.zst`, `${nameOf(2)}.zst`]) {
        put(join(world.home, day, path), "{}\n")
      }
      assert.deepStrictEqual(yield* listed(world), [`${day}/${nameOf(1)}`, `${day}/${nameOf(2)}.zst`])
    }))

  it.scoped("sessions need a Codex home that is a folder", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      writeFileSync(join(folder, "file"), "")
      for (const name of ["none", "file", "file/below"]) {
        const store = yield* built(layerOver(join(folder, name)))
        for (const use of [store.check, Effect.asVoid(store.list)]) {
          const error = yield* Effect.flip(use)
          assert.instanceOf(error, CodexHomeUnavailable)
          assert.include(error.message, join(folder, name))
          assert.include(error.message, "--codex-home")
        }
      }
      assert.deepStrictEqual(readdirSync(folder), ["file"])
    })
  )

  test("a session that cannot be read fails alone", (world) =>
    Effect.gen(function* () {
      const file = fileAt(world, `${day}/${nameOf(1)}`)
      mkdirSync(file.path, { recursive: true })
      assert.instanceOf(yield* Effect.flip(readAll(world.store, file)), RolloutUnreadable)
      assert.instanceOf(yield* Effect.flip(world.store.readEnds(file)), RolloutUnreadable)
    }))

  test("a session whose file became a FIFO after it was listed fails at once", (world) =>
    Effect.gen(function* () {
      const file = fileAt(world, `${day}/${nameOf(1)}`)
      mkdirSync(dirname(file.path), { recursive: true })
      spawnSync("mkfifo", [file.path])
      for (const use of [Effect.asVoid(readAll(world.store, file)), Effect.asVoid(world.store.readEnds(file))]) {
        const error = yield* Effect.flip(use)
        assert.instanceOf(error, RolloutUnreadable)
        assert.include(error.message, `${file.path} is a FIFO`)
      }
    }))

  /** More lines than are read at a time. */
  const many = (() => {
    const builder = new RolloutBuilder().meta().user("go on")
    for (let turn = 0; turn < 200; turn++) {
      builder.command(`step ${turn}`, "output\n".repeat(600))
    }
    return builder.text()
  })()

  test("a session that grows while it is read ends at its size when it was opened", (world) =>
    Effect.gen(function* () {
      put(join(world.home, "a.jsonl"), many)
      const file = fileAt(world, "a.jsonl")
      const untouched = yield* readAll(world.store, file)
      let isFirst = true
      const read = yield* world.store.read(file).pipe(
        Stream.tap(() =>
          Effect.sync(() => {
            if (isFirst) {
              appendFileSync(file.path, new RolloutBuilder().user("later").text().repeat(4_000))
            }
            isFirst = false
          })
        ),
        Stream.runCollect
      )
      const lines = Chunk.toReadonlyArray(read)
      assert.deepStrictEqual(tagsOf(lines), tagsOf(untouched))
      const end = lines.at(-1)
      assert(end?._tag === "EndOfRollout")
      assert.deepStrictEqual(end.content, { size: Buffer.byteLength(many), hash: sha256(many) })
    }))

  test("a session that shrinks while it is read ends with what was read", (world) =>
    Effect.gen(function* () {
      put(join(world.home, "a.jsonl"), many)
      const file = fileAt(world, "a.jsonl")
      const read = yield* world.store.read(file).pipe(
        Stream.tap(() => Effect.sync(() => truncateSync(file.path, 1_000))),
        Stream.runCollect
      )
      const end = Chunk.toReadonlyArray(read).at(-1)
      assert(end?._tag === "EndOfRollout")
      assert.isBelow(end.content.size, Buffer.byteLength(many))
      assert.strictEqual(end.content.hash, sha256(many.slice(0, end.content.size)))
    }))

  test("a session's file is closed again, even if it is not read to its end", (world) =>
    Effect.gen(function* () {
      put(join(world.home, "a.jsonl"), many)
      const file = fileAt(world, "a.jsonl")
      const open = () => readdirSync("/proc/self/fd").length
      const before = open()
      yield* Stream.runDrain(Stream.take(world.store.read(file), 1))
      yield* Stream.runDrain(world.store.read(file))
      yield* world.store.readEnds(file)
      assert.strictEqual(open(), before)
    }))

  const bytes = Buffer.from(many)
  const packed: ReadonlyArray<readonly [string, Buffer]> = [
    ["one frame", zstdFrame(bytes)],
    [
      "several frames",
      Buffer.concat(
        [0, 1, 2].map((third) =>
          zstdFrame(
            third === 0
              ? bytes.subarray(0, 5_000)
              : third === 1
                ? bytes.subarray(5_000, 400_000)
                : bytes.subarray(400_000)
          )
        )
      )
    ],
    ["an empty frame first", Buffer.concat([zstdFrame(Buffer.alloc(0)), zstdFrame(bytes)])]
  ]
  for (const [what, content] of packed) {
    test(`a compressed session with ${what} gives the same facts as a plain one`, (world) =>
      Effect.gen(function* () {
        put(join(world.home, "plain.jsonl"), many)
        put(join(world.home, "packed.jsonl.zst"), content)
        // What a file is called does not matter.
        put(join(world.home, "packed.jsonl"), content)
        put(join(world.home, "plain.jsonl.zst"), many)
        const plain = yield* readAll(world.store, fileAt(world, "plain.jsonl"))
        const ends = yield* world.store.readEnds(fileAt(world, "plain.jsonl"))
        for (const path of ["packed.jsonl.zst", "packed.jsonl", "plain.jsonl.zst"]) {
          const read = yield* readAll(world.store, fileAt(world, path))
          assert.deepStrictEqual(read.slice(0, -1), plain.slice(0, -1), path)
          assert.deepStrictEqual(yield* world.store.readEnds(fileAt(world, path)), ends, path)
          const end = read.at(-1)
          const onDisk = readFileSync(join(world.home, path))
          assert.deepStrictEqual(end?._tag === "EndOfRollout" ? end.content : undefined, {
            size: onDisk.length,
            hash: sha256(onDisk)
          })
        }
      }))
  }

  test("a compressed session that is damaged fails alone", (world) =>
    Effect.gen(function* () {
      const damaged = Buffer.concat([zstdFrame(Buffer.from(simpleSession())), Buffer.from("this is no frame at all")])
      put(join(world.home, "damaged.jsonl.zst"), damaged)
      const file = fileAt(world, "damaged.jsonl.zst")
      assert.instanceOf(yield* Effect.flip(readAll(world.store, file)), RolloutUnreadable)
      assert.instanceOf(yield* Effect.flip(world.store.readEnds(file)), RolloutUnreadable)
      rmSync(file.path)
    }))

  /** Counts how often the event loop turns while something runs, and how much memory that takes at the most. */
  const watched = <A, E>(effect: Effect.Effect<A, E>) =>
    Effect.gen(function* () {
      const before = process.memoryUsage().rss
      let turns = 0
      let most = before
      let turn: NodeJS.Immediate | undefined
      const watch = () => {
        turns++
        most = Math.max(most, process.memoryUsage().rss)
        turn = setImmediate(watch)
      }
      turn = setImmediate(watch)
      const result = yield* Effect.ensuring(
        effect,
        Effect.sync(() => clearImmediate(turn))
      )
      return { result, turns, bytes: most - before }
    })

  test("a small session that unpacks to hundreds of megabytes is read in little memory, with yields", (world) =>
    Effect.gen(function* () {
      const runs = Array.from({ length: 3_000 }, () => runBlock(0x20, 131_072))
      const bomb = Buffer.concat([
        zstdFrame(Buffer.from(simpleSession())),
        frameHeader(17),
        ...runs,
        runBlock(0x0a, 1, true),
        zstdFrame(Buffer.from(simpleSession()))
      ])
      assert.isBelow(bomb.length, 20_000)
      put(join(world.home, "bomb.jsonl.zst"), bomb)
      put(join(world.home, "plain.jsonl"), simpleSession())
      const file = fileAt(world, "bomb.jsonl.zst")
      const plain = yield* readAll(world.store, fileAt(world, "plain.jsonl"))
      const whole = yield* watched(readAll(world.store, file))
      const lines = whole.result.filter(({ _tag }) => _tag !== "MalformedLine" && _tag !== "EndOfRollout")
      assert.lengthOf(lines, 2 * (plain.length - 1))
      assert.isAtLeast(whole.turns, 3_000)
      assert.isBelow(whole.bytes, 200_000_000)
      const ends = yield* watched(world.store.readEnds(file))
      assert.strictEqual(ends.result.meta?.id, (yield* world.store.readEnds(fileAt(world, "plain.jsonl"))).meta?.id)
      // 64 MiB tell that the end is too far.
      assert.isAtLeast(ends.turns, 500)
      assert.isAtMost(ends.turns, 1_000)
      assert.isBelow(ends.bytes, 200_000_000)
    }))

  test("a compressed session that needs too large a window fails alone, with advice", (world) =>
    Effect.gen(function* () {
      put(join(world.home, "wide.jsonl.zst"), Buffer.concat([frameHeader(27), runBlock(0x20, 10, true)]))
      const file = fileAt(world, "wide.jsonl.zst")
      for (const failing of [Effect.asVoid(readAll(world.store, file)), Effect.asVoid(world.store.readEnds(file))]) {
        const error = yield* Effect.flip(failing)
        assert.instanceOf(error, RolloutUnreadable)
        assert.match(error.message, /wide\.jsonl\.zst cannot be read: unpacking it needs a window of 128 MiB/)
      }
    }))
})
