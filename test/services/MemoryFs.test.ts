import { spawnSync } from "node:child_process"
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import {
  Array as Arr,
  Context,
  Deferred,
  Effect,
  Exit,
  Fiber,
  Layer,
  Option,
  type Scope,
  Struct,
  TestClock
} from "effect"
import { safe } from "../../src/domain/privacy/SafeText.js"
import { fingerprintOf } from "../../src/domain/memory/Consolidation.js"
import { Directory, bucketOf } from "../../src/domain/thread/WorkingDirectory.js"
import * as FileSystemMemory from "../../src/layers/memory/FileSystemMemory.js"
import * as MemoryFsLayer from "../../src/layers/memory/MemoryFs.js"
import * as ProcessTableMemory from "../../src/layers/node/ProcessTableMemory.js"
import { MemoriesHomeUnavailable, MemoryFs, MemoryFsFailure, PublishRefused } from "../../src/services/MemoryFs.js"
import type { ThreadMemory } from "../../src/services/state/ThreadMemories.js"
import * as SymbolicLinksNode from "../../src/layers/node/SymbolicLinks.js"
import type { SymbolicLinks } from "../../src/services/SymbolicLinks.js"
import * as Redactor from "../../src/services/Redactor.js"
import * as Settings from "../../src/settings/Settings.js"
import { diskError, layerWithPoints, type Point } from "../support/faults.js"
import { startOfFixtures } from "../../src/testing/RolloutBuilder.js"
import { ferry, idOf } from "../support/rows.js"
import { againWith, samplePoints } from "../support/sample.js"
import { nonEmpty } from "../support/nonEmpty.js"

type Files = FileSystem.FileSystem

/** Everything below a folder: each folder with a slash, each file with its text, each link with its target. */
type Tree = { readonly [path: string]: string }

/** Files, the memories home among them, and the ways in. */
interface World {
  readonly machine: Context.Context<FileSystem.FileSystem | SymbolicLinks>
  readonly files: Files
  readonly home: string
  readonly tree: (folder: string) => Effect.Effect<Tree, PlatformError>
  /** A process that works on the home; those in `gone` are no more. */
  readonly open: (options?: {
    readonly pid?: number
    readonly gone?: ReadonlyArray<number>
    readonly point?: Point
  }) => Effect.Effect<MemoryFs["Type"], never, Scope.Scope>
}

const worldOf = (
  machine: Context.Context<FileSystem.FileSystem | SymbolicLinks>,
  home: string,
  tree: World["tree"]
): World => ({
  machine,
  files: Context.get(machine, FileSystem.FileSystem),
  home,
  tree,
  open: ({ gone = [], pid = 1, point = () => Effect.void } = {}) =>
    MemoryFsLayer.layer.pipe(
      Layer.provide([
        Layer.provideMerge(layerWithPoints(point), Layer.succeedContext(machine)),
        Layer.provideMerge(
          Redactor.layer,
          Settings.layer({ codexHome: "/codex", memoriesHome: home, publishedFileBytes: 2_000 })
        ),
        ProcessTableMemory.layerOf({ host: "here", pid, startedAt: "90210" }, (other) => gone.includes(other.pid))
      ]),
      Layer.orDie,
      Layer.build,
      Effect.map((context) => Context.get(context, MemoryFs))
    )
})

const treeInMemory = (files: Files, folder: string): Effect.Effect<Tree, PlatformError> =>
  Effect.gen(function* () {
    const tree: { [path: string]: string } = {}
    for (const name of (yield* files.exists(folder)) ? (yield* files.readDirectory(folder)).sort() : []) {
      const path = join(folder, name)
      const { type } = yield* files.stat(path)
      if (type === "Directory") {
        tree[`${name}/`] = ""
        const below = yield* treeInMemory(files, path)
        Object.entries(below).forEach(([rest, text]) => (tree[`${name}/${rest}`] = text))
      } else {
        tree[name] = type === "SymbolicLink" ? `-> ${yield* files.readLink(path)}` : yield* files.readFileString(path)
      }
    }
    return tree
  })

const treeOnDisk = (folder: string): Tree => {
  const tree: { [path: string]: string } = {}
  const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : []
  const paths = new Map(entries.map((entry) => [join(entry.parentPath, entry.name), entry]))
  for (const [path, entry] of [...paths].sort(([left], [right]) => (left < right ? -1 : 1))) {
    const name = path.slice(folder.length + 1)
    if (entry.isDirectory()) {
      tree[`${name}/`] = ""
    } else {
      tree[name] = entry.isSymbolicLink()
        ? `-> ${readlinkSync(path)}`
        : entry.isFile()
          ? readFileSync(path, "utf8")
          : "no file"
    }
  }
  return tree
}

const inMemory = Effect.map(Layer.build(FileSystemMemory.layer), (context) => {
  const files = Context.get(context, FileSystem.FileSystem)
  return worldOf(context, "/home/ada/memories", (folder) => treeInMemory(files, folder))
})

/** Where forcing a file to the disk costs nothing: a crash at every write is some ten thousand files. */
const quickDisk = existsSync("/dev/shm") ? "/dev/shm" : tmpdir()

const onDisk = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => realpathSync(mkdtempSync(join(quickDisk, "rollout-memories-")))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )
  const context = yield* Layer.build(Layer.merge(NodeFileSystem.layer, SymbolicLinksNode.layer))
  return worldOf(context, join(folder, "memories"), (folder) => Effect.sync(() => treeOnDisk(folder)))
})

const filesIn = (tree: Tree) =>
  Object.keys(tree)
    .filter((path) => !path.endsWith("/"))
    .sort()

const write = (files: Files, path: string, text: string) =>
  Effect.zipRight(files.makeDirectory(dirname(path), { recursive: true }), files.writeFileString(path, text))

const memoryOf = (number: number, says = safe`what ${number} did`): ThreadMemory => ({
  threadId: idOf(number),
  agent: "codex",
  cwd: ferry,
  rolloutPath: `/codex/sessions/${number}.jsonl`,
  traceSummary: safe`# ${says}\n\n- step`,
  memorySummary: says,
  slug: `request_${number}`,
  updatedAt: startOfFixtures + number * 60_000,
  version: says
})

const traceOf = (memory: ThreadMemory) => ({ header: memory, slug: memory.slug, trace: memory.traceSummary })

const traceName = (number: number, slug = `request_${number}`) => `${idOf(number)}_${slug}.md`

const traceText = (memory: ThreadMemory) =>
  [
    `thread_id: ${memory.threadId}`,
    `cwd: ${memory.cwd}`,
    `rollout_path: ${memory.rolloutPath}`,
    `updated_at: ${new Date(memory.updatedAt).toISOString()}`,
    "",
    memory.traceSummary,
    ""
  ].join("\n")

const skillText = (name: string, body = "do it") => `---\nname: ${name}\ndescription: how to ${name}\n---\n\n${body}\n`

const bucketIn = ({ home }: World) => join(home, bucketOf(ferry))
const memoryIn = (world: World) => join(bucketIn(world), "memory")
const stagingIn = (world: World) => join(bucketIn(world), "staging")
const tracesIn = (world: World) => join(memoryIn(world), "trace_summaries")

/** What an agent leaves: `MEMORY.md`, and skills by their names. */
const leave = Effect.fnUntraced(function* (
  { files }: World,
  folder: string,
  text: string,
  skills: { readonly [name: string]: string } = {}
) {
  for (const [name, body] of Object.entries(skills)) {
    yield* write(files, join(folder, "skills", name, "SKILL.md"), skillText(name, body))
  }
  yield* write(files, join(folder, "MEMORY.md"), text)
})

const publicationOf = (memories: ReadonlyArray<ThreadMemory>) => ({
  fingerprint: fingerprintOf(memories),
  threadIds: memories.map(({ threadId }) => threadId),
  traces: memories.map(({ traceSummary }) => traceSummary)
})

/** A whole generation: refreshed, staged, written by an agent that behaves, published. */
const publishAll = Effect.fnUntraced(function* (
  world: World,
  memoryFs: MemoryFs["Type"],
  memories: ReadonlyArray<ThreadMemory>,
  text: string,
  skills: { readonly [name: string]: string } = {}
) {
  yield* memoryFs.refresh(ferry, memories)
  const staging = yield* memoryFs.stage(ferry, memories, [])
  yield* leave(world, staging.root.stagingPath, text, skills)
  yield* memoryFs.publish(staging, publicationOf(memories))
  yield* memoryFs.discardStaging(ferry)
})

const memories = [memoryOf(2), memoryOf(1)]

/** Kills a process before one of its writes: nothing that it does from then on happens. */
const killAt = (at: number): Point => {
  let count = 0
  return (operation, path) =>
    Effect.suspend(() => (count++ < at ? Effect.void : Effect.fail(diskError("EIO", operation, path))))
}

/** Lets one write fail, and no other. */
const failAt = (at: number): Point => {
  let count = 0
  return (operation, path) =>
    Effect.suspend(() => (count++ === at ? Effect.fail(diskError("ENOSPC", operation, path)) : Effect.void))
}

const suite = (name: string, makeWorld: Effect.Effect<World, never, Scope.Scope>, isReal: boolean) => {
  const test = <E>(title: string, body: (world: World) => Effect.Effect<void, E, Scope.Scope>) =>
    it.scoped(title, () => Effect.flatMap(makeWorld, body))
  const testReal = isReal ? test : () => {}
  const describeReal = isReal ? describe : () => {}

  describe(`${name}: the memories home`, () => {
    test("the memories home is created once, and its contents stay", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* memoryFs.prepare
        assert.isTrue(yield* world.files.exists(world.home))
        yield* world.files.writeFileString(join(world.home, "state.sqlite"), "rows")
        yield* memoryFs.prepare
        assert.deepStrictEqual(yield* world.tree(world.home), { "state.sqlite": "rows" })
      }))

    testReal("the memories home is accessible only to its owner, with everything created in it", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* memoryFs.prepare
        yield* publishAll(world, memoryFs, memories, "# Memory\n", { sail: "hoist" })
        yield* memoryFs.storeTrace(traceOf(memoryOf(3)), Effect.void)
        yield* memoryFs.stage(ferry, memories, [])
        yield* memoryFs.describeProjects([{ cwd: ferry, memories: 3 }], [])
        assert.strictEqual(statSync(world.home).mode & 0o777, 0o700)
        for (const entry of nonEmpty(readdirSync(world.home, { recursive: true, withFileTypes: true }))) {
          const { mode } = lstatSync(join(entry.parentPath, entry.name))
          assert.strictEqual(mode & 0o777, entry.isDirectory() ? 0o700 : 0o600, entry.name)
        }
      })
    )

    for (const mark of [".git", "raw_memories.md"]) {
      test(`the memories home is left untouched if it has ${mark}, which shows that Codex manages it`, (world) =>
        Effect.gen(function* () {
          const memoryFs = yield* world.open()
          yield* write(world.files, join(world.home, mark === ".git" ? ".git/HEAD" : mark), "theirs")
          const before = yield* world.tree(world.home)
          const error = yield* Effect.flip(memoryFs.prepare)
          assert.instanceOf(error, MemoriesHomeUnavailable)
          assert.include(error.message, mark)
          assert.include(error.message, "--memories-home")
          assert.deepStrictEqual(yield* world.tree(world.home), before)
        }))
    }

    test("the memories home can be neither a file nor below one", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* write(world.files, world.home, "a file")
        assert.instanceOf(yield* Effect.flip(memoryFs.prepare), MemoriesHomeUnavailable)
        const below = yield* worldOf(world.machine, join(world.home, "deeper"), world.tree).open()
        assert.instanceOf(yield* Effect.flip(below.prepare), MemoriesHomeUnavailable)
        assert.strictEqual(yield* world.files.readFileString(world.home), "a file")
      }))

    test("the memories home has a bucket for each project, with a folder for readers and one for agents", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        assert.deepStrictEqual(memoryFs.rootOf(ferry), {
          cwd: ferry,
          memoryPath: memoryIn(world),
          stagingPath: stagingIn(world)
        })
      }))
  })

  describe(`${name}: storing a trace`, () => {
    test("a stored trace has its folders, and a header that names the thread", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        const path = yield* memoryFs.storeTrace(traceOf(memoryOf(1)), Effect.void)
        assert.strictEqual(path, join(tracesIn(world), traceName(1)))
        assert.deepStrictEqual(yield* world.tree(world.home), {
          [`${bucketOf(ferry)}/`]: "",
          [`${bucketOf(ferry)}/memory/`]: "",
          [`${bucketOf(ferry)}/memory/trace_summaries/`]: "",
          [`${bucketOf(ferry)}/memory/trace_summaries/${traceName(1)}`]: traceText(memoryOf(1))
        })
        assert.deepStrictEqual(yield* memoryFs.tracesOf(ferry), [idOf(1)])
        assert.deepStrictEqual(yield* memoryFs.tracesOf(Directory.make("/elsewhere")), [])
      }))

    test("a stored trace is trimmed, and its header omits unknown fields", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        const path = yield* memoryFs.storeTrace(
          { header: { ...memoryOf(1), updatedAt: undefined }, slug: "trace", trace: safe`\n\n# It\n\nwas\n\n\n` },
          Effect.void
        )
        assert.strictEqual(
          yield* world.files.readFileString(path),
          `thread_id: ${idOf(1)}\ncwd: ${ferry}\nrollout_path: /codex/sessions/1.jsonl\n\n# It\n\nwas\n`
        )
      }))

    test("a stored trace is the only file of its thread, and other files stay", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        const foreign = ["notes.md", `${idOf(1)}.md`, `${idOf(1)}_request_1.txt`, `x${idOf(1)}_a.md`]
        yield* memoryFs.storeTrace(traceOf(memoryOf(1)), Effect.void)
        yield* memoryFs.storeTrace(traceOf(memoryOf(2)), Effect.void)
        yield* Effect.forEach(foreign, (name) => write(world.files, join(tracesIn(world), name), "mine"))
        yield* memoryFs.storeTrace({ ...traceOf(memoryOf(1)), slug: "renamed" }, Effect.void)
        assert.deepStrictEqual(
          Object.keys(yield* world.tree(tracesIn(world))),
          [...foreign, traceName(1, "renamed"), traceName(2)].sort()
        )
      }))

    test("a stored trace and the earlier file are both there during the commit", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* memoryFs.storeTrace(traceOf(memoryOf(1)), Effect.void)
        const seen = yield* Effect.orDie(
          Effect.gen(function* () {
            const during = yield* Deferred.make<ReadonlyArray<string>>()
            yield* memoryFs.storeTrace(
              { ...traceOf(memoryOf(1)), slug: "renamed" },
              Effect.flatMap(world.tree(tracesIn(world)), (tree) => Deferred.succeed(during, Object.keys(tree)))
            )
            return yield* Deferred.await(during)
          })
        )
        assert.deepStrictEqual(seen, [traceName(1, "renamed"), traceName(1)])
      }))

    const endings: ReadonlyArray<readonly [string, Effect.Effect<never, string>]> = [
      ["fails", Effect.fail("no room")],
      ["dies", Effect.die("a defect")],
      ["is interrupted", Effect.interrupt]
    ]
    for (const [how, commit] of endings) {
      test(`the earlier trace is restored when the commit of a new one ${how}`, (world) =>
        Effect.gen(function* () {
          const memoryFs = yield* world.open()
          yield* memoryFs.storeTrace(traceOf(memoryOf(1)), Effect.void)
          const before = yield* world.tree(world.home)
          const same = traceOf(memoryOf(1, safe`something else`))
          assert.isTrue(Exit.isFailure(yield* Effect.exit(memoryFs.storeTrace(same, commit))))
          assert.deepStrictEqual(yield* world.tree(world.home), before)
          const renamed = { ...same, slug: "renamed" }
          assert.isTrue(Exit.isFailure(yield* Effect.exit(memoryFs.storeTrace(renamed, commit))))
          assert.deepStrictEqual(yield* world.tree(world.home), before)
        }))

      test(`no trace is left when the commit of a first one ${how}`, (world) =>
        Effect.gen(function* () {
          const memoryFs = yield* world.open()
          assert.isTrue(Exit.isFailure(yield* Effect.exit(memoryFs.storeTrace(traceOf(memoryOf(1)), commit))))
          assert.deepStrictEqual(filesIn(yield* world.tree(world.home)), [])
        }))
    }

    test("a trace that cannot be stored fails with the commit's error, and an interruption restores the old", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        assert.strictEqual(
          yield* Effect.flip(memoryFs.storeTrace(traceOf(memoryOf(1)), Effect.fail("no room" as const))),
          "no room"
        )
        yield* memoryFs.storeTrace(traceOf(memoryOf(1)), Effect.void)
        const before = yield* world.tree(world.home)
        const started = yield* Deferred.make<void>()
        const fiber = yield* Effect.fork(
          memoryFs.storeTrace(
            traceOf(memoryOf(1, safe`something else`)),
            Effect.zipRight(Deferred.succeed(started, undefined), Effect.never)
          )
        )
        yield* Deferred.await(started)
        assert.notDeepEqual(yield* world.tree(world.home), before)
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(yield* world.tree(world.home), before)
      }))

    test("a stored trace replaces a symbolic link without writing through it", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        const outside = join(dirname(world.home), "outside")
        yield* write(world.files, join(outside, "precious.md"), "precious")
        yield* world.files.makeDirectory(tracesIn(world), { recursive: true })
        yield* world.files.symlink(join(outside, "precious.md"), join(tracesIn(world), traceName(1)))
        yield* memoryFs.storeTrace(traceOf(memoryOf(1)), Effect.void)
        assert.strictEqual(
          yield* world.files.readFileString(join(tracesIn(world), traceName(1))),
          traceText(memoryOf(1))
        )
        assert.deepStrictEqual(yield* world.tree(outside), { "precious.md": "precious" })
      }))

    test("an entry in the way of a trace is an error that names the place", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* write(world.files, tracesIn(world), "a file")
        const before = yield* world.tree(world.home)
        for (const use of [
          Effect.asVoid(memoryFs.storeTrace(traceOf(memoryOf(1)), Effect.void)),
          Effect.asVoid(memoryFs.refresh(ferry, memories))
        ]) {
          const error = yield* Effect.flip(use)
          assert.instanceOf(error, MemoryFsFailure)
          assert.include(error.message, memoryIn(world))
        }
        assert.deepStrictEqual(yield* world.tree(world.home), before)
      }))

    test("a folder that is a symbolic link is refused", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        const outside = join(dirname(world.home), "outside")
        yield* world.files.makeDirectory(outside, { recursive: true })
        for (const folder of [tracesIn(world), memoryIn(world), bucketIn(world)]) {
          yield* world.files.remove(bucketIn(world), { recursive: true, force: true })
          yield* world.files.makeDirectory(dirname(folder), { recursive: true })
          yield* world.files.symlink(outside, folder)
          assert.instanceOf(yield* Effect.flip(memoryFs.storeTrace(traceOf(memoryOf(1)), Effect.void)), MemoryFsFailure)
          assert.instanceOf(yield* Effect.flip(memoryFs.refresh(ferry, memories)), MemoryFsFailure)
          assert.deepStrictEqual(yield* world.tree(outside), {})
        }
      }))

    test("a folder that became a symbolic link is not read, and nothing in it is created or removed", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* publishAll(world, memoryFs, memories, "# Memory\n- ours\n", { sail: "hoist" })
        const outside = join(dirname(world.home), "outside")
        for (const folder of [bucketIn(world), memoryIn(world)]) {
          yield* world.files.rename(folder, outside)
          yield* world.files.symlink(outside, folder)
          const before = yield* world.tree(outside)
          for (const use of [
            Effect.asVoid(memoryFs.tracesOf(ferry)),
            Effect.asVoid(memoryFs.refresh(ferry, memories)),
            Effect.asVoid(memoryFs.stage(ferry, memories, [])),
            memoryFs.clear(ferry)
          ]) {
            const error = yield* Effect.flip(use)
            assert.instanceOf(error, MemoryFsFailure)
            assert.include(error.message, `${folder} is a symbolic link where a folder belongs`)
          }
          const [stored, ...others] = yield* memoryFs.storedTraces
          assert.deepStrictEqual([stored?._tag, others], ["Unreadable", []])
          assert.strictEqual((yield* memoryFs.published(ferry)).memory, "")
          assert.deepStrictEqual(yield* world.tree(outside), before)
          yield* world.files.remove(folder)
          yield* world.files.rename(outside, folder)
        }
      }))

    testReal("a home behind a symbolic link can be used", (world) =>
      Effect.gen(function* () {
        const elsewhere = join(dirname(world.home), "dotfiles")
        yield* world.files.makeDirectory(elsewhere)
        yield* world.files.symlink(elsewhere, world.home)
        const memoryFs = yield* world.open()
        yield* memoryFs.prepare
        yield* publishAll(world, memoryFs, memories, "# Memory\n", { sail: "hoist" })
        assert.strictEqual((yield* memoryFs.published(ferry)).memory, "# Memory\n")
        assert.lengthOf(yield* memoryFs.storedTraces, 2)
      })
    )
  })

  describeReal(`${name}: a FIFO`, () => {
    const fifo = (path: string) =>
      Effect.sync(() => {
        rmSync(path, { recursive: true, force: true })
        assert.strictEqual(spawnSync("mkfifo", [path]).status, 0)
      })

    const places: {
      readonly [place: string]: (memoryFs: MemoryFs["Type"]) => Effect.Effect<unknown, MemoryFsFailure>
    } = {
      "": (memoryFs) => memoryFs.refresh(ferry, memories),
      memory: (memoryFs) => memoryFs.refresh(ferry, memories),
      "memory/trace_summaries": (memoryFs) => memoryFs.storeTrace(traceOf(memoryOf(1)), Effect.void),
      [`memory/trace_summaries/${traceName(1)}`]: (memoryFs) => memoryFs.refresh(ferry, memories),
      "memory/memory_summary.md": (memoryFs) => memoryFs.refresh(ferry, memories),
      "published.json": (memoryFs) => memoryFs.publishedFingerprint(ferry),
      "publish.json": (memoryFs) => memoryFs.resume(ferry)
    }
    for (const [place, use] of Object.entries(places)) {
      testReal(
        `a FIFO in place of ${place === "" ? "a project's folder" : place} is reported, not read and not removed`,
        (world) =>
          Effect.gen(function* () {
            const memoryFs = yield* world.open()
            yield* publishAll(world, memoryFs, memories, "# Memory\n")
            const path = join(bucketIn(world), place)
            yield* fifo(path)
            const error = yield* Effect.flip(Effect.asVoid(use(memoryFs)))
            assert.match(
              error.message,
              /is a FIFO, a socket or a device where a \w+ belongs, and none is opened; move it away/
            )
            assert.include(error.message, `${path} is a FIFO`)
            assert.isTrue(lstatSync(path).isFIFO())
          })
      )
    }

    testReal("a FIFO in place of MEMORY.md, or beside published files, hides no other file", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* publishAll(world, memoryFs, memories, "# Memory\n", { sail: "hoist", row: "pull" })
        yield* fifo(join(memoryIn(world), "MEMORY.md"))
        yield* fifo(join(memoryIn(world), "skills/sail/SKILL.md"))
        yield* fifo(join(memoryIn(world), "skills/stray"))
        yield* fifo(join(tracesIn(world), traceName(2)))
        yield* fifo(join(tracesIn(world), "stray.md"))
        const { memory, skills, summary } = yield* memoryFs.published(ferry)
        assert.deepStrictEqual([memory, skills.map(({ path }) => path)], ["", ["skills/row/SKILL.md"]])
        assert.include(summary, idOf(2))
        const stored = yield* memoryFs.storedTraces
        assert.deepStrictEqual(
          stored.map(({ _tag, path }) => [_tag, path.slice(tracesIn(world).length + 1)]),
          [
            ["Readable", traceName(1)],
            ["Unreadable", traceName(2)],
            ["Unreadable", "stray.md"]
          ]
        )
        yield* memoryFs.refresh(ferry, [memoryOf(1)])
        const staging = yield* memoryFs.stage(ferry, [memoryOf(1)], [])
        yield* leave(world, stagingIn(world), "# New\n", { sail: "hoist more" })
        const error = yield* Effect.flip(memoryFs.publish(staging, publicationOf([memoryOf(1)])))
        assert.instanceOf(error, PublishRefused)
        assert.deepStrictEqual(error.reasons, [
          `${join(memoryIn(world), "MEMORY.md")} is a FIFO, a socket or a device where a file belongs, and none is opened; move it away`
        ])
      })
    )

    testReal("a FIFO with the name of a temporary file is removed, and not written to", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        const names: Array<string> = []
        const watched = yield* world.open({
          point: (operation, path) => Effect.sync(() => void (operation === "open" && names.push(path)))
        })
        yield* watched.storeTrace(traceOf(memoryOf(1)), Effect.void)
        yield* fifo(names[0] ?? "")
        yield* memoryFs.storeTrace(traceOf(memoryOf(1)), Effect.void)
        assert.deepStrictEqual(readdirSync(tracesIn(world)), [traceName(1)])
      })
    )

    testReal("a FIFO in place of the ignore file or the list of projects is reported", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* memoryFs.prepare
        yield* fifo(join(world.home, "ignore"))
        yield* fifo(join(world.home, "README.md"))
        assert.include((yield* Effect.flip(memoryFs.ignoreText)).message, `${join(world.home, "ignore")} is a FIFO`)
        const error = yield* Effect.flip(memoryFs.describeProjects([{ cwd: ferry, memories: 1 }], []))
        assert.include(error.message, `${join(world.home, "README.md")} is a FIFO`)
      })
    )
  })

  describe(`${name}: a file that a person emptied`, () => {
    for (const [what, emptied] of Object.entries({ "no bytes": "", "white space": " \n\n\t\n" })) {
      test(`MEMORY.md emptied to ${what} is an edit like any other, and its lines are removed`, (world) =>
        Effect.gen(function* () {
          const memoryFs = yield* world.open()
          yield* publishAll(world, memoryFs, memories, "# Memory\n\n## Open\n- one\n- two\n")
          yield* world.files.writeFileString(join(memoryIn(world), "MEMORY.md"), emptied)
          const staging = yield* memoryFs.stage(ferry, memories, [])
          assert.deepStrictEqual(staging.edits, { added: [], removed: ["- one", "- two"] })
          yield* leave(world, stagingIn(world), "# Memory\n- three\n")
          yield* memoryFs.publish(staging, publicationOf([memoryOf(1)]))
          yield* memoryFs.discardStaging(ferry)
          assert.strictEqual((yield* memoryFs.published(ferry)).memory, "# Memory\n- three\n")
          assert.strictEqual(yield* world.files.readFileString(join(bucketIn(world), "previous", "MEMORY.md")), emptied)
        }))
    }

    test("a person's emptied skill file stays the person's, and empty", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* publishAll(world, memoryFs, memories, "# Memory\n", { sail: "hoist" })
        const path = join(memoryIn(world), "skills/sail/SKILL.md")
        yield* world.files.writeFileString(path, "")
        const staging = yield* memoryFs.stage(ferry, memories, [])
        assert.deepStrictEqual(staging.personalFiles, ["skills/sail/SKILL.md"])
        yield* leave(world, stagingIn(world), "# New\n")
        yield* memoryFs.publish(staging, publicationOf([memoryOf(1)]))
        assert.strictEqual(yield* world.files.readFileString(path), "")
        assert.strictEqual((yield* memoryFs.published(ferry)).memory, "# New\n")
      }))

    test("an emptied file of the program is written again, or counts as missing", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* memoryFs.prepare
        yield* publishAll(world, memoryFs, memories, "# Memory\n")
        for (const path of [
          join(world.home, "ignore"),
          ...["publish.json", "published.json", "memory/memory_summary.md"].map((name) => join(bucketIn(world), name)),
          join(tracesIn(world), traceName(1))
        ]) {
          yield* world.files.writeFileString(path, "")
        }
        assert.strictEqual(yield* memoryFs.ignoreText, "")
        assert.isTrue(Option.isNone(yield* memoryFs.resume(ferry)))
        const stored = yield* memoryFs.storedTraces
        assert.deepStrictEqual(stored.map(({ _tag }) => _tag).sort(), ["Readable", "Unreadable"])
        yield* publishAll(world, memoryFs, memories, "# Memory\n- new\n")
        const tree = yield* world.tree(bucketIn(world))
        assert.strictEqual(tree[`memory/trace_summaries/${traceName(1)}`], traceText(memoryOf(1)))
        assert.include(tree["memory/memory_summary.md"], idOf(1))
        assert.isUndefined(tree["publish.json"])
      }))
  })

  describe(`${name}: refreshing`, () => {
    const summary = [
      "# Memory Summary",
      "",
      "Map of concise summaries to trace IDs (latest first):",
      "",
      `- what 2 did (trace: \`${idOf(2)}\`)`,
      `- what 1 did (trace: \`${idOf(1)}\`)`,
      ""
    ].join("\n")

    test("refreshing makes the phase-one files match the rows", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        const wanted = {
          "memory_summary.md": summary,
          "trace_summaries/": "",
          [`trace_summaries/${traceName(1)}`]: traceText(memoryOf(1)),
          [`trace_summaries/${traceName(2)}`]: traceText(memoryOf(2))
        }
        assert.deepStrictEqual(yield* memoryFs.refresh(ferry, memories), [])
        assert.deepStrictEqual(yield* world.tree(memoryIn(world)), wanted)

        yield* world.files.writeFileString(join(tracesIn(world), traceName(1)), "overwritten")
        yield* world.files.remove(join(tracesIn(world), traceName(2)))
        yield* write(world.files, join(tracesIn(world), traceName(2, "old_slug")), "old")
        yield* write(world.files, join(tracesIn(world), traceName(3)), "of another thread")
        yield* world.files.writeFileString(join(memoryIn(world), "memory_summary.md"), "overwritten")
        assert.deepStrictEqual(yield* memoryFs.refresh(ferry, memories), [])
        assert.deepStrictEqual(yield* world.tree(memoryIn(world)), wanted)
      }))

    test("refreshing writes nothing when the files already match", (world) =>
      Effect.gen(function* () {
        const points: Array<string> = []
        const memoryFs = yield* world.open({
          point: (operation, path) => Effect.sync(() => void points.push(`${operation} ${path}`))
        })
        yield* memoryFs.refresh(ferry, memories)
        points.length = 0
        yield* memoryFs.refresh(ferry, memories)
        assert.deepStrictEqual(
          points.filter((point) => !point.startsWith("makeDirectory")),
          []
        )
      }))

    test("refreshing without memories writes a summary without traces", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* memoryFs.refresh(ferry, memories)
        yield* memoryFs.refresh(ferry, [])
        assert.deepStrictEqual(yield* world.tree(memoryIn(world)), {
          "memory_summary.md": "# Memory Summary\n\nNo memory traces yet.\n",
          "trace_summaries/": ""
        })
      }))

    test("refreshing changes no file but summary and traces, not even MEMORY.md and skills", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        const foreign: { readonly [path: string]: string } = {
          "MEMORY.md": "# Memory\n",
          "consolidated.md": "legacy",
          "notes.txt": "mine",
          "skills/": "",
          "skills/sail/": "",
          "skills/sail/SKILL.md": skillText("sail"),
          "trace_summaries/": "",
          [`trace_summaries/${idOf(3)}.md`]: "no slug",
          [`trace_summaries/${idOf(3)}_a.md.bak`]: "a copy",
          [`trace_summaries/${idOf(3).toUpperCase()}_a.md`]: "another case",
          "trace_summaries/deeper/": "",
          [`trace_summaries/deeper/${traceName(3)}`]: "deeper",
          "trace_summaries/notes.md": "mine"
        }
        yield* Effect.forEach(Object.entries(foreign), ([path, text]) =>
          path.endsWith("/") ? Effect.void : write(world.files, join(memoryIn(world), path), text)
        )
        yield* memoryFs.refresh(ferry, [memoryOf(1)])
        const tree = yield* world.tree(memoryIn(world))
        const { [`trace_summaries/${traceName(1)}`]: trace, "memory_summary.md": map, ...others } = tree
        assert.deepStrictEqual(others, foreign)
        assert.isDefined(trace)
        assert.isDefined(map)
      }))

    test("refreshing warns of each file that could not be removed", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* write(world.files, join(tracesIn(world), traceName(3), "a folder in its place"), "x")
        yield* write(world.files, join(tracesIn(world), traceName(4)), "old")
        const warnings = yield* memoryFs.refresh(ferry, [memoryOf(1)])
        assert.lengthOf(warnings, 1)
        assert.include(warnings[0], join(tracesIn(world), traceName(3)))
        assert.isFalse(yield* world.files.exists(join(tracesIn(world), traceName(4))))
        assert.isTrue(yield* world.files.exists(join(memoryIn(world), "memory_summary.md")))
      }))

    test("temporary files of ended processes are removed, and those of running ones stay", (world) =>
      Effect.gen(function* () {
        // What a killed process leaves: the rename never came.
        const dying = yield* world.open({
          pid: 10,
          point: (operation, path) =>
            operation === "rename" || operation === "remove"
              ? Effect.fail(diskError("EIO", operation, path))
              : Effect.void
        })
        yield* Effect.flip(dying.storeTrace(traceOf(memoryOf(3)), Effect.void))
        const [name = ""] = yield* world.files.readDirectory(tracesIn(world))
        assert.match(name, /\.tmp$/)
        for (const folder of [bucketIn(world), memoryIn(world)]) {
          yield* world.files.writeFileString(join(folder, name), "half")
        }
        const temporary = filesIn(yield* world.tree(bucketIn(world)))
        assert.lengthOf(temporary, 3)

        const cautious = yield* world.open({ pid: 1, gone: [] })
        yield* cautious.refresh(ferry, [])
        const kept = filesIn(yield* world.tree(bucketIn(world))).filter((path) => path.endsWith(".tmp"))
        assert.deepStrictEqual(kept, temporary)

        const later = yield* world.open({ pid: 1, gone: [10] })
        yield* later.refresh(ferry, [])
        const left = filesIn(yield* world.tree(bucketIn(world))).filter((path) => path.endsWith(".tmp"))
        assert.deepStrictEqual(left, [])
      }))

    testReal("temporary files of unknown processes are removed after a day", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* memoryFs.refresh(ferry, [])
        const names = [".young.md.-7-.tmp", ".old.md.-7-.tmp", ".old.md.deadbeef-7-1.tmp"]
        yield* Effect.forEach(names, (name) => write(world.files, join(tracesIn(world), name), "half"))
        const [hour, day] = [3_600, 86_400]
        yield* TestClock.setTime(10 * day * 1_000)
        for (const name of names) {
          const seconds = 10 * day - (name.startsWith(".old") ? day + hour : hour)
          utimesSync(join(tracesIn(world), name), seconds, seconds)
        }
        yield* memoryFs.refresh(ferry, [])
        assert.deepStrictEqual(readdirSync(tracesIn(world)), [".young.md.-7-.tmp"])
      })
    )
  })

  describe(`${name}: staging`, () => {
    test("the staged copy has the phase-one files without the last consolidation's result", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* publishAll(world, memoryFs, memories, "# Memory\n", { sail: "hoist" })
        yield* write(world.files, join(memoryIn(world), "consolidated.md"), "legacy")
        yield* write(world.files, join(tracesIn(world), "notes.md"), "mine")
        yield* write(world.files, join(stagingIn(world), "leftover.md"), "of a failed agent")
        yield* write(world.files, join(bucketIn(world), "next", "MEMORY.md"), "of a killed publish")
        const before = yield* world.tree(memoryIn(world))
        const staging = yield* memoryFs.stage(ferry, memories, [])
        assert.strictEqual(staging.root.stagingPath, stagingIn(world))
        const staged = yield* world.tree(stagingIn(world))
        assert.deepStrictEqual(staged, {
          "memory_summary.md": before["memory_summary.md"] ?? "",
          "trace_summaries/": "",
          [`trace_summaries/${traceName(1)}`]: traceText(memoryOf(1)),
          [`trace_summaries/${traceName(2)}`]: traceText(memoryOf(2))
        })
        assert.deepStrictEqual(yield* world.tree(memoryIn(world)), before)
        assert.isFalse(yield* world.files.exists(join(bucketIn(world), "next")))
        assert.deepStrictEqual(staging.edits, { added: [], removed: [] })
        assert.deepStrictEqual([staging.personalFiles, staging.deletedFiles], [[], []])
      }))

    test("the staged copy has the rows' traces, not those that another pass is storing meanwhile", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* memoryFs.refresh(ferry, memories)
        yield* write(world.files, join(tracesIn(world), traceName(1)), "newer than its row")
        yield* write(world.files, join(tracesIn(world), traceName(3)), "of a thread without a row")
        yield* memoryFs.stage(ferry, memories, [])
        const staged = yield* world.tree(stagingIn(world))
        assert.deepStrictEqual(Object.keys(staged).sort(), [
          "memory_summary.md",
          "trace_summaries/",
          `trace_summaries/${traceName(1)}`,
          `trace_summaries/${traceName(2)}`
        ])
        assert.strictEqual(staged[`trace_summaries/${traceName(1)}`], traceText(memoryOf(1)))
      }))

    test("the staged copy lists people's edits of MEMORY.md for the agent", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* publishAll(world, memoryFs, memories, "# Memory\n\n## Sailing\n- ours\n- wrong\n")
        yield* world.files.writeFileString(
          join(memoryIn(world), "MEMORY.md"),
          "# Memory\n\n## Sailing\n- ours\n- hand-written\n"
        )
        const staging = yield* memoryFs.stage(ferry, memories, [])
        const edits = {
          added: [{ heading: "## Sailing", line: "- hand-written" }],
          removed: ["- wrong"]
        }
        assert.deepStrictEqual(staging.edits, edits)
        const told = yield* world.files.readFileString(join(stagingIn(world), "person_edits.json"))
        assert.deepStrictEqual(JSON.parse(told), edits)
      }))

    test("the staged copy shows the agent no secret that a person wrote into a line", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* publishAll(world, memoryFs, memories, "# Memory\n\n## Sailing\n- ours\n")
        const secret = `ghp_${"k4Zq".repeat(9)}`
        yield* world.files.writeFileString(
          join(memoryIn(world), "MEMORY.md"),
          `# Memory\n\n## Sailing\n- ours\n- log in with ${secret}\n`
        )
        yield* memoryFs.stage(ferry, memories, [])
        const told = yield* world.files.readFileString(join(stagingIn(world), "person_edits.json"))
        assert.deepStrictEqual(JSON.parse(told), {
          added: [{ heading: "## Sailing", line: "- log in with [REDACTED_SECRET]" }],
          removed: []
        })
      }))

    test("the staged copy lists every line of a MEMORY.md that was never published as a person's", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* memoryFs.refresh(ferry, memories)
        yield* write(world.files, join(memoryIn(world), "MEMORY.md"), "# Mine\n- always\n")
        const { edits } = yield* memoryFs.stage(ferry, memories, [])
        assert.deepStrictEqual(
          edits.added.map(({ line }) => line),
          ["# Mine", "- always"]
        )
      }))

    test("the staged copy has people's skills, without the files that they deleted", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* publishAll(world, memoryFs, memories, "# Memory\n", { sail: "hoist", moor: "tie", row: "pull" })
        const skills = join(memoryIn(world), "skills")
        yield* write(world.files, join(skills, "moor", "SKILL.md"), skillText("moor", "my way"))
        yield* write(world.files, join(skills, "mine", "SKILL.md"), skillText("mine"))
        yield* write(world.files, join(skills, "mine", "scripts", "go.sh"), "echo go\n")
        yield* world.files.remove(join(skills, "row"), { recursive: true })
        const staging = yield* memoryFs.stage(ferry, memories, [])
        assert.deepStrictEqual(staging.personalFiles, [
          "skills/mine/SKILL.md",
          "skills/mine/scripts/go.sh",
          "skills/moor/SKILL.md"
        ])
        assert.deepStrictEqual(staging.deletedFiles, ["skills/row/SKILL.md"])
        assert.deepStrictEqual(filesIn(yield* world.tree(join(stagingIn(world), "skills"))), [
          "mine/SKILL.md",
          "mine/scripts/go.sh",
          "moor/SKILL.md"
        ])
      }))

    test("the staged copy has no symbolic links", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* memoryFs.refresh(ferry, memories)
        yield* write(world.files, join(dirname(world.home), "outside", "secret.md"), "secret")
        yield* world.files.symlink(
          join(dirname(world.home), "outside", "secret.md"),
          join(tracesIn(world), traceName(7))
        )
        yield* memoryFs.stage(ferry, memories, [])
        assert.deepStrictEqual(filesIn(yield* world.tree(join(stagingIn(world), "trace_summaries"))), [
          traceName(1),
          traceName(2)
        ])
      }))
  })

  describe(`${name}: publishing`, () => {
    test("a wish that an agent leaves out of the next generation stays, unless a person removed it", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        const wish = `- "please never deploy on a Friday" [${idOf(1).slice(0, 13)}…]`
        const text = `# Memory\n\n## What the user wants\n${wish}\n`
        const traceSummary = safe`# Ferry\nUser preferences:\n- "please never deploy on a Friday" (L3)\n`
        const told = [{ ...memoryOf(1), traceSummary }]
        yield* publishAll(world, memoryFs, told, text)
        yield* publishAll(world, memoryFs, told, "# Memory\n")
        const file = join(memoryIn(world), "MEMORY.md")
        assert.strictEqual(yield* world.files.readFileString(file), text)
        yield* write(world.files, file, text.replace(`${wish}\n`, ""))
        yield* publishAll(world, memoryFs, told, "# Memory\n")
        assert.notInclude(yield* world.files.readFileString(file), "Friday")
        yield* publishAll(world, memoryFs, told, "# Memory\n")
        assert.notInclude(yield* world.files.readFileString(file), "Friday")
      }))

    test("publishing shows the agent's result to readers, and keeps the previous generation", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        assert.isTrue(Option.isNone(yield* memoryFs.publishedFingerprint(ferry)))
        yield* memoryFs.refresh(ferry, memories)
        const staging = yield* memoryFs.stage(ferry, memories, [])
        yield* leave(world, stagingIn(world), `# First [${idOf(1).slice(0, 13)}…]\n`, { sail: "hoist" })
        yield* write(world.files, join(stagingIn(world), "scratch.txt"), "the agent's own")
        yield* memoryFs.publish(staging, publicationOf(memories))
        const first = yield* world.tree(memoryIn(world))
        assert.deepStrictEqual(
          { ...first },
          {
            "MEMORY.md": `# First [${idOf(1).slice(0, 13)}…]\n`,
            "memory_summary.md": first["memory_summary.md"] ?? "",
            "skills/": "",
            "skills/sail/": "",
            "skills/sail/SKILL.md": skillText("sail", "hoist"),
            "trace_summaries/": "",
            [`trace_summaries/${traceName(1)}`]: traceText(memoryOf(1)),
            [`trace_summaries/${traceName(2)}`]: traceText(memoryOf(2))
          }
        )
        assert.deepStrictEqual(yield* memoryFs.publishedFingerprint(ferry), Option.some(fingerprintOf(memories)))
        assert.isTrue(yield* world.files.exists(join(stagingIn(world), "scratch.txt")))
        yield* memoryFs.discardStaging(ferry)
        assert.deepStrictEqual((yield* world.files.readDirectory(bucketIn(world))).sort(), ["memory", "published.json"])
        const record = yield* world.files.readFileString(join(bucketIn(world), "published.json"))

        yield* publishAll(world, memoryFs, memories, "# Second\n", { sail: "hoist again" })
        assert.deepStrictEqual((yield* world.files.readDirectory(bucketIn(world))).sort(), [
          "memory",
          "previous",
          "published.json"
        ])
        assert.deepStrictEqual(yield* world.tree(join(bucketIn(world), "previous")), {
          "MEMORY.md": first["MEMORY.md"] ?? "",
          "published.json": record,
          "skills/": "",
          "skills/sail/": "",
          "skills/sail/SKILL.md": skillText("sail", "hoist")
        })

        yield* publishAll(world, memoryFs, memories, "# Third\n")
        const previous = yield* world.tree(join(bucketIn(world), "previous"))
        assert.strictEqual(previous["MEMORY.md"], "# Second\n")
        assert.strictEqual(previous["skills/sail/SKILL.md"], skillText("sail", "hoist again"))
      }))

    test("publishing replaces MEMORY.md after all other published files", (world) =>
      Effect.gen(function* () {
        const moved: Array<string> = []
        const memoryFs = yield* world.open({
          point: (operation, path) =>
            Effect.sync(() => {
              if (operation === "rename" && path.startsWith(memoryIn(world)) && !path.includes("trace_summaries")) {
                moved.push(path.slice(memoryIn(world).length + 1))
              }
            })
        })
        yield* publishAll(world, memoryFs, memories, "# Memory\n", { sail: "hoist", row: "pull", aft: "go" })
        assert.deepStrictEqual(
          moved.filter((path) => path !== "memory_summary.md"),
          ["skills/aft/SKILL.md", "skills/row/SKILL.md", "skills/sail/SKILL.md", "MEMORY.md"]
        )
      }))

    test("publishing flushes every file before it is shown, and its folder afterwards", (world) =>
      Effect.gen(function* () {
        const events: Array<string> = []
        const tell = (event: string) => Effect.sync(() => void events.push(event))
        const watched: Files = {
          ...world.files,
          rename: (from, to) => Effect.zipRight(tell(`show ${to}`), world.files.rename(from, to)),
          open: (path, options) =>
            Effect.map(world.files.open(path, options), (file) => ({
              ...file,
              stat: file.stat,
              writeAll: (bytes: Uint8Array) => Effect.zipRight(tell(`write ${path}`), file.writeAll(bytes)),
              sync: Effect.zipRight(tell(`force ${path}`), file.sync)
            }))
        }
        const memoryFs = yield* worldOf(
          Context.add(world.machine, FileSystem.FileSystem, watched),
          world.home,
          world.tree
        ).open()
        yield* memoryFs.storeTrace(traceOf(memoryOf(1)), Effect.void)
        yield* publishAll(world, memoryFs, memories, "# Memory\n", { sail: "hoist", row: "pull" })
        yield* memoryFs.describeProjects([{ cwd: ferry, memories: 2 }], [])
        const journal = events.indexOf(`show ${join(bucketIn(world), "publish.json")}`)
        assert.isAbove(journal, 20)
        const told = (what: string) =>
          nonEmpty([...events.entries()].filter(([, event]) => event.startsWith(`${what} `))).map(
            ([at, event]) => [at, event.slice(what.length + 1)] as const
          )
        for (const [at, path] of nonEmpty(told("write"))) {
          assert.strictEqual(events[at + 1], `force ${path}`)
        }
        for (const [at, path] of nonEmpty(told("show"))) {
          assert.strictEqual(events[at + 1], `force ${dirname(path)}`)
        }
        const prepared = told("write").filter(([, path]) => path.startsWith(join(bucketIn(world), "next", "/")))
        for (const [at, path] of nonEmpty(prepared)) {
          assert.include(events.slice(at, journal), `force ${dirname(path)}`)
        }
      }))

    test("publishing removes obsolete skills and the legacy file, but no person's file", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* publishAll(world, memoryFs, memories, "# Memory\n", { sail: "hoist", moor: "tie", row: "pull" })
        const skills = join(memoryIn(world), "skills")
        yield* write(world.files, join(skills, "moor", "SKILL.md"), skillText("moor", "my way"))
        yield* write(world.files, join(skills, "mine", "SKILL.md"), skillText("mine"))
        yield* write(world.files, join(memoryIn(world), "consolidated.md"), "legacy")
        yield* write(world.files, join(memoryIn(world), "notes.txt"), "mine")
        yield* publishAll(world, memoryFs, memories, "# Memory\n- more\n", { row: "pull harder" })
        const tree = yield* world.tree(memoryIn(world))
        assert.deepStrictEqual(
          filesIn(tree).filter((path) => !path.startsWith("trace_summaries")),
          [
            "MEMORY.md",
            "memory_summary.md",
            "notes.txt",
            "skills/mine/SKILL.md",
            "skills/moor/SKILL.md",
            "skills/row/SKILL.md"
          ]
        )
        assert.isUndefined(tree["skills/sail/"])
        assert.strictEqual(tree["skills/moor/SKILL.md"], skillText("moor", "my way"))
        assert.strictEqual(tree["skills/row/SKILL.md"], skillText("row", "pull harder"))

        // A person's skill stays a person's in every later generation.
        yield* publishAll(world, memoryFs, memories, "# Memory\n- less\n")
        const later = yield* world.tree(memoryIn(world))
        assert.strictEqual(later["skills/moor/SKILL.md"], skillText("moor", "my way"))
        assert.strictEqual(later["skills/mine/SKILL.md"], skillText("mine"))
        assert.isUndefined(later["skills/row/"])
      }))

    test("publishing does not write a file again that a person deleted", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* publishAll(world, memoryFs, memories, "# Memory\n", { sail: "hoist", row: "pull" })
        yield* world.files.remove(join(memoryIn(world), "skills", "row"), { recursive: true })
        for (const text of ["# Second\n", "# Third\n"]) {
          yield* publishAll(world, memoryFs, memories, text, { sail: "hoist", row: "pull" })
          const tree = yield* world.tree(memoryIn(world))
          assert.strictEqual(tree["MEMORY.md"], text)
          assert.isUndefined(tree["skills/row/"])
          assert.isDefined(tree["skills/sail/SKILL.md"])
        }
      }))

    test("publishing keeps a person's lines in every generation, or is refused", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* publishAll(world, memoryFs, memories, "# Memory\n- ours\n")
        yield* world.files.writeFileString(join(memoryIn(world), "MEMORY.md"), "# Memory\n- ours\n- mine\n")
        yield* publishAll(world, memoryFs, memories, "# Memory\n- other\n- mine\n")
        for (const text of ["# Memory\n- without\n", "# Memory\n- mine, nearly\n"]) {
          yield* memoryFs.refresh(ferry, memories)
          const staging = yield* memoryFs.stage(ferry, memories, [])
          yield* leave(world, stagingIn(world), text)
          const error = yield* Effect.flip(memoryFs.publish(staging, publicationOf(memories)))
          assert.instanceOf(error, PublishRefused)
          assert.include(error.message, "- mine")
        }
        yield* publishAll(world, memoryFs, memories, "# Memory\n- third\n- mine\n")
      }))

    const refusals: ReadonlyArray<
      readonly [string, (world: World, staging: string) => Effect.Effect<void, PlatformError>, RegExp]
    > = [
      ["there is no MEMORY.md", ({ files }, staging) => files.remove(join(staging, "MEMORY.md")), /not written/],
      [
        "MEMORY.md is empty",
        ({ files }, staging) => files.writeFileString(join(staging, "MEMORY.md"), "\n \n"),
        /empty/
      ],
      [
        "MEMORY.md is no UTF-8",
        ({ files }, staging) => files.writeFile(join(staging, "MEMORY.md"), Uint8Array.of(0x23, 0xff, 0xfe)),
        /UTF-8/
      ],
      [
        "MEMORY.md is too large",
        ({ files }, staging) => files.writeFileString(join(staging, "MEMORY.md"), "x".repeat(2_001)),
        /2001 bytes/
      ],
      [
        "MEMORY.md is a folder",
        ({ files }, staging) =>
          Effect.zipRight(
            files.remove(join(staging, "MEMORY.md")),
            write(files, join(staging, "MEMORY.md", "a.md"), "x")
          ),
        /not written/
      ],
      [
        "it cites a trace that does not exist",
        ({ files }, staging) =>
          files.writeFileString(join(staging, "MEMORY.md"), `# Memory\n- so [${idOf(9).slice(0, 13)}…]\n- mine\n`),
        /cites/
      ],
      [
        "MEMORY.md is a symbolic link",
        ({ files, home }, staging) =>
          Effect.zipRight(
            files.remove(join(staging, "MEMORY.md")),
            files.symlink(join(home, "state.sqlite"), join(staging, "MEMORY.md"))
          ),
        /symbolic link/
      ],
      [
        "it contains a symbolic link",
        ({ files, home }, staging) => files.symlink(home, join(staging, "skills", "home")),
        /symbolic link/
      ],
      [
        "a skill has no front matter",
        ({ files }, staging) => write(files, join(staging, "skills", "row", "SKILL.md"), "# Row\n"),
        /front matter/
      ],
      [
        "a skill has another name than its folder",
        ({ files }, staging) => write(files, join(staging, "skills", "row", "SKILL.md"), skillText("rowing")),
        /its name is rowing/
      ],
      [
        "a skill has no SKILL.md",
        ({ files }, staging) => write(files, join(staging, "skills", "row", "notes.md"), "x"),
        /no SKILL.md/
      ],
      [
        "a trace was changed",
        ({ files }, staging) => files.writeFileString(join(staging, "trace_summaries", traceName(1)), "lies"),
        /changed/
      ],
      [
        "a trace was deleted",
        ({ files }, staging) => files.remove(join(staging, "trace_summaries", traceName(1))),
        /deleted/
      ],
      [
        "a trace was added",
        ({ files }, staging) => write(files, join(staging, "trace_summaries", traceName(9)), "lies"),
        /added/
      ],
      [
        "the map of traces was changed",
        ({ files }, staging) => files.writeFileString(join(staging, "memory_summary.md"), "lies"),
        /memory_summary.md was changed/
      ],
      [
        "a person's line is missing",
        ({ files }, staging) => files.writeFileString(join(staging, "MEMORY.md"), "# Memory\n- new\n"),
        /a person wrote/
      ],
      [
        "the list of people's changes was changed",
        ({ files }, staging) => files.writeFileString(join(staging, "person_edits.json"), "{}"),
        /person_edits.json/
      ],
      [
        "a person's skill was changed",
        ({ files }, staging) =>
          files.writeFileString(join(staging, "skills", "mine", "SKILL.md"), skillText("mine", "x")),
        /skills\/mine\/SKILL.md was changed/
      ],
      ["everything was deleted", ({ files }, staging) => files.remove(staging, { recursive: true }), /not written/],
      [
        "the staged copy became a symbolic link",
        ({ files, home }, staging) =>
          Effect.zipRight(files.rename(staging, join(home, "aside")), files.symlink(join(home, "aside"), staging)),
        /symbolic link|not written/
      ]
    ]
    const special: typeof refusals = isReal
      ? [
          [
            "there is a pipe",
            (_, staging) => Effect.sync(() => void spawnSync("mkfifo", [join(staging, "pipe")])),
            /neither a file nor a folder/
          ]
        ]
      : []
    for (const [what, spoil, reason] of [...refusals, ...special]) {
      test(`publishing is refused when ${what}, and changes nothing`, (world) =>
        Effect.gen(function* () {
          const memoryFs = yield* world.open()
          yield* publishAll(world, memoryFs, memories, "# Memory\n- ours\n", { sail: "hoist" })
          yield* world.files.writeFileString(join(memoryIn(world), "MEMORY.md"), "# Memory\n- ours\n- mine\n")
          yield* write(world.files, join(memoryIn(world), "skills", "mine", "SKILL.md"), skillText("mine"))
          const staging = yield* memoryFs.stage(ferry, memories, [])
          yield* leave(world, stagingIn(world), "# Memory\n- new\n- mine\n", { sail: "hoist more" })
          yield* spoil(world, stagingIn(world))
          const before = yield* world.tree(world.home)
          const error = yield* Effect.flip(memoryFs.publish(staging, publicationOf(memories)))
          assert.instanceOf(error, PublishRefused)
          assert.match(error.reasons.join("\n"), reason)
          assert.deepStrictEqual(yield* world.tree(world.home), before)
        }))
    }

    test("publishing neither removes nor writes through a skill's folder that became a symbolic link", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* publishAll(world, memoryFs, memories, "# Memory\n", { sail: "hoist", row: "pull" })
        const outside = join(dirname(world.home), "my-skills")
        yield* world.files.rename(join(memoryIn(world), "skills"), outside)
        yield* world.files.makeDirectory(join(memoryIn(world), "skills"))
        yield* world.files.symlink(join(outside, "sail"), join(memoryIn(world), "skills", "sail"))
        yield* world.files.symlink(join(outside, "nowhere"), join(memoryIn(world), "skills", "nowhere"))
        const before = yield* world.tree(outside)
        yield* publishAll(world, memoryFs, memories, "# Second\n", { sail: "hoist more" })
        yield* publishAll(world, memoryFs, memories, "# Third\n")
        assert.deepStrictEqual(yield* world.tree(outside), before)
        const tree = yield* world.tree(memoryIn(world))
        assert.strictEqual(tree["MEMORY.md"], "# Third\n")
        assert.strictEqual(tree["skills/sail"], `-> ${join(outside, "sail")}`)

        yield* memoryFs.refresh(ferry, memories)
        const staging = yield* memoryFs.stage(ferry, memories, [])
        yield* leave(world, stagingIn(world), "# Fourth\n", { nowhere: "go" })
        yield* write(world.files, join(stagingIn(world), "skills", "sail", "deep", "er.md"), "x")
        yield* write(world.files, join(stagingIn(world), "skills", "sail", "SKILL.md"), skillText("sail"))
        const all = yield* world.tree(bucketIn(world))
        const error = yield* Effect.flip(memoryFs.publish(staging, publicationOf(memories)))
        assert.instanceOf(error, PublishRefused)
        assert.match(error.reasons.join("\n"), /skills\/nowhere is a symbolic link/)
        assert.deepStrictEqual(yield* world.tree(bucketIn(world)), all)
        assert.deepStrictEqual(yield* world.tree(outside), before)
      }))

    test("publishing does not replace a MEMORY.md that became a symbolic link or a folder", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        const [path, mine] = [join(memoryIn(world), "MEMORY.md"), join(dirname(world.home), "mine.md")]
        yield* publishAll(world, memoryFs, memories, "# Memory\n")
        yield* world.files.rename(path, mine)
        for (const stand of [world.files.symlink(mine, path), write(world.files, join(path, "a.md"), "mine")]) {
          yield* world.files.remove(path, { recursive: true, force: true })
          yield* stand
          const before = yield* world.tree(memoryIn(world))
          const staging = yield* memoryFs.stage(ferry, memories, [])
          yield* leave(world, stagingIn(world), "# New\n")
          const error = yield* Effect.flip(memoryFs.publish(staging, publicationOf(memories)))
          assert.instanceOf(error, PublishRefused)
          assert.include(error.message, "MEMORY.md is")
          assert.deepStrictEqual(yield* world.tree(memoryIn(world)), before)
          assert.strictEqual(yield* world.files.readFileString(mine), "# Memory\n")
        }
      }))
  })

  describe(`${name}: the published memory`, () => {
    test("the published memory is the last publication with its skills, or empty", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        const root = memoryFs.rootOf(ferry)
        assert.deepStrictEqual(yield* memoryFs.published(ferry), { root, memory: "", summary: "", skills: [] })
        assert.isFalse(yield* world.files.exists(world.home))
        yield* memoryFs.prepare
        yield* publishAll(world, memoryFs, memories, "# Memory\n", { sail: "hoist", anchor: "drop" })
        const { memory, skills, summary } = yield* memoryFs.published(ferry)
        assert.strictEqual(memory, "# Memory\n")
        assert.include(summary, idOf(2))
        assert.deepStrictEqual(
          skills.map(({ path }) => path),
          ["skills/anchor/SKILL.md", "skills/sail/SKILL.md"]
        )
        assert.include(skills[1]?.text, "hoist")
        yield* memoryFs.stage(ferry, memories, [])
        yield* leave(world, root.stagingPath, "# Another\n")
        assert.strictEqual((yield* memoryFs.published(ferry)).memory, "# Memory\n")
      }))

    test("the published memory excludes everything behind a symbolic link", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* memoryFs.prepare
        yield* publishAll(world, memoryFs, memories, "# Memory\n", { sail: "hoist" })
        const elsewhere = join(dirname(world.home), "elsewhere")
        yield* write(world.files, join(elsewhere, "SKILL.md"), "theirs")
        const root = memoryFs.rootOf(ferry)
        yield* world.files.remove(join(root.memoryPath, "MEMORY.md"))
        yield* world.files.symlink(join(elsewhere, "SKILL.md"), join(root.memoryPath, "MEMORY.md"))
        yield* world.files.symlink(elsewhere, join(root.memoryPath, "skills/theirs"))
        const { memory, skills } = yield* memoryFs.published(ferry)
        assert.strictEqual(memory, "")
        assert.deepStrictEqual(
          skills.map(({ path }) => path),
          ["skills/sail/SKILL.md"]
        )
      }))
  })

  describe(`${name}: everything outside the staged copy`, () => {
    const staged = Effect.fnUntraced(function* (world: World) {
      const memoryFs = yield* world.open()
      yield* publishAll(world, memoryFs, memories, "# Memory\n- ours\n", { sail: "hoist" })
      yield* write(world.files, join(memoryIn(world), "notes.txt"), "mine")
      const staging = yield* memoryFs.stage(ferry, memories, [])
      return { memoryFs, staging, before: yield* world.tree(memoryIn(world)) }
    })

    const nobody = () => Effect.succeed(false)

    test("the published memory is unchanged if the agent changed nothing outside its copy", (world) =>
      Effect.gen(function* () {
        const { before, memoryFs, staging } = yield* staged(world)
        yield* leave(world, stagingIn(world), "# New\n", { row: "pull" })
        assert.deepStrictEqual(yield* memoryFs.restoreOutside(staging, nobody), [])
        assert.deepStrictEqual(yield* world.tree(memoryIn(world)), before)
      }))

    test("a file outside the copy is restored and reported if it was changed, deleted or added", (world) =>
      Effect.gen(function* () {
        const { before, memoryFs, staging } = yield* staged(world)
        const at = (path: string) => join(memoryIn(world), path)
        yield* world.files.writeFileString(at("MEMORY.md"), "# Lies\n")
        yield* world.files.remove(at(`trace_summaries/${traceName(1)}`))
        yield* world.files.writeFileString(at(`trace_summaries/${traceName(2)}`), "lies")
        yield* world.files.remove(at("skills"), { recursive: true })
        yield* world.files.writeFileString(at("notes.txt"), "lies")
        yield* write(world.files, at("added.md"), "lies")
        yield* write(world.files, at("deep/er.md"), "lies")
        const changes = yield* memoryFs.restoreOutside(staging, nobody)
        assert.deepStrictEqual(
          [...changes].sort(),
          [
            "MEMORY.md",
            "added.md",
            "deep/er.md",
            "notes.txt",
            "skills/sail/SKILL.md",
            `trace_summaries/${traceName(1)}`,
            `trace_summaries/${traceName(2)}`
          ]
            .map(at)
            .sort()
        )
        const { "deep/": _, ...after } = yield* world.tree(memoryIn(world))
        assert.deepStrictEqual(after, before)
        assert.deepStrictEqual(yield* memoryFs.restoreOutside(staging, nobody), [])
      }))

    test("a file outside the copy is restored without following a link", (world) =>
      Effect.gen(function* () {
        const { before, memoryFs, staging } = yield* staged(world)
        const outside = join(dirname(world.home), "outside")
        yield* write(world.files, join(outside, "precious.md"), "precious")
        yield* write(world.files, join(outside, "sail", "SKILL.md"), "precious too")
        const replace = (path: string, target: string) =>
          Effect.zipRight(
            world.files.remove(join(memoryIn(world), path), { recursive: true }),
            world.files.symlink(join(outside, target), join(memoryIn(world), path))
          )
        yield* replace("MEMORY.md", "precious.md")
        yield* replace("skills", ".")
        yield* replace("trace_summaries", "sail")
        yield* world.files.symlink(outside, join(memoryIn(world), "a-link"))
        const theirs = yield* world.tree(outside)
        const changes = yield* memoryFs.restoreOutside(staging, nobody)
        assert.include(changes, join(memoryIn(world), "MEMORY.md"))
        assert.include(changes, join(memoryIn(world), "a-link"))
        assert.deepStrictEqual(yield* world.tree(outside), theirs)
        assert.deepStrictEqual(yield* world.tree(memoryIn(world)), before)
      }))

    test("the published memory is restored if a link replaced all of it", (world) =>
      Effect.gen(function* () {
        const { before, memoryFs, staging } = yield* staged(world)
        const outside = join(dirname(world.home), "outside")
        yield* world.files.rename(memoryIn(world), outside)
        yield* world.files.symlink(outside, memoryIn(world))
        yield* write(world.files, join(outside, "more.md"), "theirs")
        const theirs = yield* world.tree(outside)
        assert.include(yield* memoryFs.restoreOutside(staging, nobody), memoryIn(world))
        assert.deepStrictEqual(yield* world.tree(memoryIn(world)), before)
        assert.deepStrictEqual(yield* world.tree(outside), theirs)
      }))

    test("a file outside the copy is restored if a folder took its place", (world) =>
      Effect.gen(function* () {
        const { before, memoryFs, staging } = yield* staged(world)
        yield* world.files.remove(join(memoryIn(world), "MEMORY.md"))
        yield* write(world.files, join(memoryIn(world), "MEMORY.md", "lies.md"), "lies")
        assert.include(yield* memoryFs.restoreOutside(staging, nobody), join(memoryIn(world), "MEMORY.md"))
        assert.deepStrictEqual(yield* world.tree(memoryIn(world)), before)
      }))

    test("the traces of threads that other passes work on are not restored", (world) =>
      Effect.gen(function* () {
        const { memoryFs, staging } = yield* staged(world)
        const other = yield* world.open({ pid: 2 })
        yield* other.storeTrace(traceOf(memoryOf(1, safe`again`)), Effect.void)
        yield* other.storeTrace({ ...traceOf(memoryOf(2)), slug: "renamed" }, Effect.void)
        yield* other.storeTrace(traceOf(memoryOf(3)), Effect.void)
        const after = yield* world.tree(memoryIn(world))
        const asked: Array<string> = []
        const isBusy = (threadId: string) =>
          Effect.sync(() => {
            asked.push(threadId)
            return true
          })
        assert.deepStrictEqual(yield* memoryFs.restoreOutside(staging, isBusy), [])
        assert.deepStrictEqual(yield* world.tree(memoryIn(world)), after)
        assert.includeMembers(asked, [idOf(1), idOf(2)])
      }))

    test("the files that other passes are writing are not restored", (world) =>
      Effect.gen(function* () {
        const { memoryFs } = yield* staged(world)
        const traces = join(memoryIn(world), "trace_summaries")
        yield* write(world.files, join(traces, ".one.md.0badcafe-2-3.tmp"), "half a tra")
        const staging = yield* memoryFs.stage(ferry, memories, [])
        yield* world.files.remove(join(traces, ".one.md.0badcafe-2-3.tmp"))
        yield* write(world.files, join(traces, ".two.md.0badcafe-2-3.tmp"), "half of ano")
        assert.deepStrictEqual(yield* memoryFs.restoreOutside(staging, nobody), [])
        assert.notInclude(Object.keys(yield* world.tree(traces)), ".one.md.0badcafe-2-3.tmp")
      }))

    test("new entries in the home and the bucket are reported and kept for inspection", (world) =>
      Effect.gen(function* () {
        const { before, memoryFs, staging } = yield* staged(world)
        yield* write(world.files, join(world.home, "escaped.txt"), "x")
        yield* write(world.files, join(bucketIn(world), "escaped", "deep.txt"), "x")
        // What other passes may do meanwhile.
        yield* write(world.files, join(world.home, bucketOf(Directory.make("/another")), "memory", "MEMORY.md"), "x")
        yield* write(world.files, join(world.home, "state.sqlite-wal"), "x")
        yield* write(world.files, join(world.home, "README.md"), "x")
        assert.deepStrictEqual(
          [...(yield* memoryFs.restoreOutside(staging, nobody))].sort(),
          [join(bucketIn(world), "escaped"), join(world.home, "escaped.txt")].sort()
        )
        assert.deepStrictEqual(yield* world.tree(memoryIn(world)), before)
      }))

    test("an error of the check for busy threads fails the restoration", (world) =>
      Effect.gen(function* () {
        const { memoryFs, staging } = yield* staged(world)
        yield* world.files.remove(join(tracesIn(world), traceName(1)))
        const error = yield* Effect.flip(memoryFs.restoreOutside(staging, () => Effect.fail("no DB" as const)))
        assert.strictEqual(error, "no DB")
      }))
  })

  describe(`${name}: clearing`, () => {
    test("clearing removes everything learned, but no person's file", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* publishAll(world, memoryFs, memories, "# Memory\n", { sail: "hoist", moor: "tie" })
        yield* publishAll(world, memoryFs, memories, "# Memory\n- more\n", { sail: "hoist", moor: "tie" })
        yield* write(world.files, join(memoryIn(world), "skills", "moor", "SKILL.md"), skillText("moor", "my way"))
        yield* write(world.files, join(memoryIn(world), "skills", "mine", "SKILL.md"), skillText("mine"))
        yield* publishAll(world, memoryFs, memories, "# Memory\n- most\n", { sail: "hoist" })
        yield* write(world.files, join(memoryIn(world), "consolidated.md"), "legacy")
        yield* write(world.files, join(memoryIn(world), "notes.txt"), "mine")
        yield* memoryFs.stage(ferry, memories, [])
        yield* memoryFs.clear(ferry)
        assert.deepStrictEqual(yield* world.tree(bucketIn(world)), {
          "memory/": "",
          "memory/notes.txt": "mine",
          "memory/skills/": "",
          "memory/skills/mine/": "",
          "memory/skills/mine/SKILL.md": skillText("mine"),
          "memory/skills/moor/": "",
          "memory/skills/moor/SKILL.md": skillText("moor", "my way")
        })
        assert.isTrue(Option.isNone(yield* memoryFs.publishedFingerprint(ferry)))
        assert.deepStrictEqual(yield* memoryFs.tracesOf(ferry), [])
        yield* memoryFs.clear(ferry)
        yield* memoryFs.clear(Directory.make("/never/seen"))
      }))

    test("clearing removes nothing through a symbolic link", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        yield* publishAll(world, memoryFs, memories, "# Memory\n", { sail: "hoist", row: "pull" })
        const outside = join(dirname(world.home), "my-skills")
        yield* world.files.rename(join(memoryIn(world), "skills"), outside)
        yield* world.files.makeDirectory(join(memoryIn(world), "skills"))
        yield* world.files.symlink(join(outside, "sail"), join(memoryIn(world), "skills", "sail"))
        const before = yield* world.tree(outside)
        yield* memoryFs.clear(ferry)
        assert.deepStrictEqual(yield* world.tree(outside), before)
        assert.isFalse(yield* world.files.exists(join(memoryIn(world), "MEMORY.md")))
      }))
  })

  describe(`${name}: the memories of all projects`, () => {
    test("all projects are listed in the home's README when the list changes", (world) =>
      Effect.gen(function* () {
        const points: Array<string> = []
        const memoryFs = yield* world.open({
          point: (operation, path) => Effect.sync(() => void points.push(`${operation} ${path}`))
        })
        yield* memoryFs.prepare
        const readme = join(world.home, "README.md")
        yield* memoryFs.describeProjects([], [])
        assert.isFalse(yield* world.files.exists(readme))
        const projects = [
          { cwd: Directory.make("/home/ada/tram"), memories: 1 },
          { cwd: ferry, memories: 2 }
        ]
        yield* memoryFs.describeProjects(projects, [])
        const text = yield* world.files.readFileString(readme)
        assert.include(text, `${bucketOf(ferry)}/memory/MEMORY.md`)
        assert.isBelow(text.indexOf(ferry), text.indexOf("/home/ada/tram"))

        points.length = 0
        yield* memoryFs.describeProjects(projects, [])
        assert.deepStrictEqual(points, [])
        yield* memoryFs.describeProjects([], [])
        assert.notInclude(yield* world.files.readFileString(readme), ferry)
      }))

    test("the memories of all projects can be read from their files alone", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        assert.deepStrictEqual(yield* memoryFs.storedTraces, [])
        yield* memoryFs.refresh(ferry, memories)
        const lone = { ...memoryOf(3), cwd: Directory.make("/home/ada/tram") }
        yield* memoryFs.storeTrace(traceOf(lone), Effect.void)
        yield* write(world.files, join(tracesIn(world), "notes.md"), "mine")
        yield* write(world.files, join(tracesIn(world), traceName(4)), "no header\n")
        yield* write(world.files, join(tracesIn(world), traceName(5), "a folder in its place"), "x")
        yield* write(world.files, join(world.home, "not-a-bucket", "memory", "trace_summaries", traceName(6)), "x")
        const stored = yield* memoryFs.storedTraces
        const readable = stored.flatMap((trace) => (trace._tag === "Readable" ? [trace.memory] : []))
        const wanted = [...memories, lone].map((memory) => Struct.omit(memory, "version"))
        const byThread = (left: { threadId: string }, right: { threadId: string }) =>
          left.threadId < right.threadId ? -1 : 1
        assert.deepStrictEqual([...readable].sort(byThread), wanted.sort(byThread))
        const unreadable = stored.flatMap((trace) => (trace._tag === "Unreadable" ? [trace.path] : []))
        assert.deepStrictEqual(
          unreadable.sort(),
          [traceName(4), traceName(5), "notes.md"].map((name) => join(tracesIn(world), name)).sort()
        )
      }))
  })

  describe(`${name}: a process that is killed`, () => {
    const later = [memoryOf(3), memoryOf(2, safe`said anew`)]

    /** What a first generation and the people after it left. */
    const past = Effect.gen(function* () {
      const world = yield* inMemory
      const memoryFs = yield* world.open({ pid: 9 })
      yield* publishAll(world, memoryFs, memories, "# Memory\n- ours\n", { sail: "hoist", row: "pull" })
      yield* write(world.files, join(memoryIn(world), "MEMORY.md"), "# Memory\n- ours\n- mine\n")
      yield* write(world.files, join(memoryIn(world), "skills", "mine", "SKILL.md"), skillText("mine"))
      yield* memoryFs.storeTrace(traceOf(memoryOf(3)), Effect.void)
      return yield* world.tree(world.home)
    }).pipe(Effect.scoped)

    /** A world with a past. */
    const before = Effect.fnUntraced(function* (tree: Tree) {
      const world = yield* makeWorld
      yield* Effect.forEach(Object.entries(tree), ([path, text]) =>
        path.endsWith("/")
          ? world.files.makeDirectory(join(world.home, path), { recursive: true })
          : world.files.writeFileString(join(world.home, path), text)
      )
      return world
    })

    /** What phase two does under its lock. */
    const consolidate = Effect.fnUntraced(function* (world: World, memoryFs: MemoryFs["Type"]) {
      if (Option.isSome(yield* memoryFs.resume(ferry))) {
        yield* memoryFs.discardStaging(ferry)
      }
      yield* memoryFs.refresh(ferry, later)
      if (!Option.contains(yield* memoryFs.publishedFingerprint(ferry), fingerprintOf(later))) {
        const staging = yield* memoryFs.stage(ferry, memories, [])
        yield* leave(world, stagingIn(world), "# Memory\n- new\n- mine\n", { sail: "hoist more", aft: "go" })
        yield* memoryFs
          .restoreOutside(staging, () => Effect.succeed(false))
          .pipe(Effect.filterOrDieMessage(Arr.isEmptyReadonlyArray, "something outside was changed"))
        yield* memoryFs.publish(staging, publicationOf(later))
      }
      yield* memoryFs.discardStaging(ferry)
    })

    /** What every undisturbed run ends in, what it began with, and how many writes it took. */
    const undisturbed = (work: typeof consolidate) =>
      Effect.gen(function* () {
        const start = yield* past
        const world = yield* before(start)
        const old = yield* world.tree(memoryIn(world))
        let writes = 0
        yield* work(world, yield* world.open({ point: () => Effect.sync(() => void writes++) }))
        return { start, old, writes, tree: yield* world.tree(world.home) }
      }).pipe(Effect.scoped)

    /** That every file that readers see is wholly old or wholly new. */
    const isWhole = (now: Tree, old: Tree, end: Tree) => {
      const torn = Object.entries(now).filter(
        ([path, text]) =>
          !path.endsWith(".tmp") && text !== old[path] && text !== end[`${bucketOf(ferry)}/memory/${path}`]
      )
      assert.deepStrictEqual(torn, [])
    }

    const whole: typeof consolidate = consolidate
    const storing: typeof consolidate = Effect.fnUntraced(function* (_, memoryFs) {
      yield* memoryFs.storeTrace({ ...traceOf(memoryOf(3, safe`three`)), slug: "renamed" }, Effect.void)
      yield* memoryFs.refresh(ferry, [{ ...memoryOf(3, safe`three`), slug: "renamed" }, ...memories])
    })
    const clearing: typeof consolidate = Effect.fnUntraced(function* (_, memoryFs) {
      yield* memoryFs.resume(ferry)
      yield* memoryFs.clear(ferry)
    })

    const works: ReadonlyArray<readonly [string, typeof consolidate]> = [
      ["consolidating", whole],
      ["storing a trace", storing],
      ["clearing", clearing]
    ]
    for (const [what, work] of works) {
      it.scoped(`a process killed at any write of ${what} leaves whole files, and the next one ends the same`, () =>
        Effect.gen(function* () {
          const { old, start, tree, writes } = yield* undisturbed(work)
          assert.isAbove(writes, 8)
          for (const at of samplePoints(writes, 4)) {
            yield* Effect.gen(function* () {
              const world = yield* before(start)
              const dying = yield* world.open({ pid: 1, point: killAt(at) })
              yield* Effect.exit(work(world, dying))
              isWhole(yield* world.tree(memoryIn(world)), old, tree)
              const next = yield* world.open({ pid: 2, gone: [1, 9] })
              yield* work(world, next)
              assert.deepStrictEqual(yield* world.tree(world.home), tree, `killed at write ${at}${againWith()}`)
            }).pipe(Effect.scoped)
          }
        })
      )
    }

    // What a failed write leaves does not depend on whose file system it is; on a disk the small ones are enough.
    for (const [what, work] of nonEmpty(works.filter(([, work]) => !(isReal && work === whole)))) {
      it.scoped(`a failed write of ${what} leaves no temporary file, and the next attempt ends the same`, () =>
        Effect.gen(function* () {
          const { old, start, tree, writes } = yield* undisturbed(work)
          for (const at of samplePoints(writes, 4)) {
            yield* Effect.gen(function* () {
              const world = yield* before(start)
              yield* Effect.exit(work(world, yield* world.open({ pid: 1, point: failAt(at) })))
              const now = yield* world.tree(world.home)
              assert.deepStrictEqual(
                filesIn(now).filter((path) => path.endsWith(".tmp")),
                [],
                `failed at write ${at}${againWith()}`
              )
              isWhole(yield* world.tree(memoryIn(world)), old, tree)
              yield* work(world, yield* world.open({ pid: 1 }))
              assert.deepStrictEqual(yield* world.tree(world.home), tree, `failed at write ${at}${againWith()}`)
            }).pipe(Effect.scoped)
          }
        })
      )
    }

    it.scoped("a process killed again while it finishes a publication loses nothing", () =>
      Effect.gen(function* () {
        const { start, tree, writes } = yield* undisturbed(whole)
        // Once the journal is there the publish is certain; that is where finishing begins.
        const journal = yield* Effect.scoped(
          Effect.gen(function* () {
            const world = yield* before(start)
            let count = 0
            let at = 0
            const point: Point = (operation, path) =>
              Effect.sync(() => {
                count++
                at = operation === "rename" && path.endsWith("publish.json") ? count : at
              })
            yield* whole(world, yield* world.open({ point }))
            return at
          })
        )
        assert.isAbove(journal, 0)
        let finished = 0
        for (const at of samplePoints(writes - journal + 8, 5)) {
          yield* Effect.gen(function* () {
            const world = yield* before(start)
            yield* Effect.exit(whole(world, yield* world.open({ pid: 1, point: killAt(journal) })))
            assert.isTrue(yield* world.files.exists(join(bucketIn(world), "publish.json")))
            const second = yield* world.open({ pid: 2, gone: [1], point: killAt(at) })
            finished += Exit.isSuccess(yield* Effect.exit(second.resume(ferry))) ? 1 : 0
            yield* whole(world, yield* world.open({ pid: 3, gone: [1, 2, 9] }))
            assert.deepStrictEqual(yield* world.tree(world.home), tree, `killed again at write ${at}${againWith()}`)
          }).pipe(Effect.scoped)
        }
        assert.isAbove(finished, 0)
      })
    )

    test("a process has nothing to finish before a publication or after a complete one", (world) =>
      Effect.gen(function* () {
        const memoryFs = yield* world.open()
        assert.isTrue(Option.isNone(yield* memoryFs.resume(ferry)))
        yield* publishAll(world, memoryFs, memories, "# Memory\n")
        const tree = yield* world.tree(world.home)
        assert.isTrue(Option.isNone(yield* memoryFs.resume(ferry)))
        assert.deepStrictEqual(yield* world.tree(world.home), tree)
      }))
  })
}

suite("memory in memory", inMemory, false)
suite("memory on disk", onDisk, true)
