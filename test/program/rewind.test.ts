import { renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as FileSystem from "@effect/platform/FileSystem"
import { Effect, Option } from "effect"
import { ThreadId } from "../../src/domain/thread/ThreadId.js"
import { runPass } from "../../src/pass/RunPass.js"
import { MemoryFs } from "../../src/services/MemoryFs.js"
import { ThreadIndex } from "../../src/services/state/ThreadIndex.js"
import { startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { inWorld, pass, World } from "../../src/testing/World.js"
import { bytesBelow } from "../support/plantedHome.js"
import { temporaryFolder, write } from "../support/program.js"
import { runInProcess } from "../support/programInProcess.js"
import { RewoundSession, turn } from "../support/rewound.js"
import { zstdFrame } from "../support/zstd.js"
import { nonEmpty } from "../support/nonEmpty.js"

const title = "never use floats for money in this project"
const wish = `Please ${title}`
const folder = "/codex/sessions/2026/03/02"

/** Puts the files of a session into a world, as they are now. */
const put = (world: World, session: RewoundSession): void =>
  session.files.forEach(([name, content], index) => {
    const path = `${folder}/${name}`
    world.rollouts.set(path, { path, content, modifiedAt: startOfFixtures + index * 60_000 })
  })

const recordOf = (session: RewoundSession) =>
  Effect.flatMap(ThreadIndex, (threadIndex) =>
    Effect.map(threadIndex.get(ThreadId.make(session.id)), Option.getOrThrow)
  )

/** What the model was shown of a session, last. */
const shown = (world: World): string => world.requests.at(-1)?.input ?? ""

describe("sessions that were rewound", () => {
  it.effect("a rewound session is learned as its first file up to the rewind, and then the segment", () => {
    const world = new World()
    const session = new RewoundSession().turns(turn(wish), turn("now rewrite everything in Rust"))
    put(world, session.rewind(1).turns(turn("what does git restore do?")))
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        assert.lengthOf(world.requests, 1)
        assert.include(shown(world), wish)
        assert.include(shown(world), "what does git restore do?")
        assert.notInclude(shown(world), "Rust")
        const { thread } = yield* recordOf(session)
        assert.deepStrictEqual([thread.title, thread.createdAt], [title, startOfFixtures])
        assert.strictEqual(thread.rolloutPath, `${folder}/${session.files[1]?.[0]}`)
        yield* pass
        assert.lengthOf(world.requests, 1)
      })
    )
  })

  it.effect("a rewound session is learned anew, and keeps its memory if nothing follows", () => {
    const world = new World()
    const session = new RewoundSession().turns(turn(wish), turn("now rewrite everything in Rust"))
    put(world, session)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        assert.include(shown(world), "Rust")
        put(world, session.rewind(1))
        yield* pass
        assert.lengthOf(world.requests, 2)
        assert.include(shown(world), wish)
        assert.notInclude(shown(world), "Rust")
        assert.strictEqual((yield* recordOf(session)).extraction.outcome, "memory")
      })
    )
  })

  it.effect("a session rewound to its beginning has the title of what follows", () => {
    const world = new World()
    const session = new RewoundSession().turns(turn("now rewrite everything in Rust")).rewind(0).turns(turn(wish))
    put(world, session)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        assert.strictEqual((yield* recordOf(session)).thread.title, title)
        assert.notInclude(shown(world), "Rust")
      })
    )
  })

  it.effect("a rewound session is learned anew when any of its files changes", () => {
    const world = new World()
    const session = new RewoundSession().turns(turn(wish)).rewind(1).turns(turn("go on"))
    put(world, session)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        for (const [index, [name, text]] of nonEmpty(session.files.entries())) {
          const path = `${folder}/${name}`
          const content = `${text}\n`
          world.rollouts.set(path, { path, content, modifiedAt: startOfFixtures + index * 60_000 + 1 })
          yield* pass
          assert.lengthOf(world.requests, index + 2)
        }
      })
    )
  })

  it.effect("a rewound session keeps its memory if its first file is lost, or if all files count as changed", () => {
    const world = new World()
    const session = new RewoundSession().turns(turn(wish)).rewind(1)
    put(world, session)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        const before = yield* recordOf(session)
        yield* runPass({ all: false, rebuildIndex: true })
        assert.deepStrictEqual(yield* recordOf(session), before)
        world.rollouts.delete(`${folder}/${session.files[0]?.[0]}`)
        yield* pass
        assert.deepStrictEqual(yield* recordOf(session), before)
        assert.lengthOf(world.requests, 1)
      })
    )
  })

  it.effect("a rewound session is read from the files that are there if the first one never was", () => {
    const world = new World()
    const session = new RewoundSession().turns(turn("gone")).rewind(1).turns(turn(wish))
    put(world, session)
    world.rollouts.delete(`${folder}/${session.files[0]?.[0]}`)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        assert.include(shown(world), wish)
        assert.strictEqual((yield* recordOf(session)).thread.title, title)
      })
    )
  })

  it.effect("a rewound session is read from its rewind on where another line begins at the byte that it names", () => {
    const world = new World()
    const session = new RewoundSession().turns(turn("sort the rows"), turn("now rewrite everything in Rust"))
    put(world, session.rewind(1, { end_byte_offset: 999_999 }).turns(turn(wish)))
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        assert.include(shown(world), wish)
        assert.notInclude(shown(world), "Rust")
        assert.notInclude(shown(world), "sort the rows")
      })
    )
  })

  it.effect(
    "a rewound session brings nothing back that a missing file undid, if a rewind names only the thread",
    () => {
      const world = new World()
      const session = new RewoundSession()
        .turns(turn("sort the rows"), turn("now rewrite everything in Rust"), turn("then port it to Go"))
        .rewind(1)
        .turns(turn("sort the columns"), turn("now rewrite everything in Zig"))
        .rewind(2)
        .turns(turn(wish))
      put(world, session)
      const middle = `${folder}/${session.files[1]?.[0]}`
      const kept = world.rollouts.get(middle)
      assert(kept !== undefined)
      world.rollouts.delete(middle)
      return inWorld(
        world,
        Effect.gen(function* () {
          yield* pass
          assert.include(shown(world), wish)
          for (const undone of ["Rust", "to Go", "Zig"]) {
            assert.notInclude(shown(world), undone)
          }
          world.rollouts.set(middle, kept)
          yield* pass
          assert.include(shown(world), "sort the columns")
          assert.notInclude(shown(world), "Rust")
        })
      )
    }
  )

  const twice = () =>
    new RewoundSession()
      .turns(turn(wish), turn("now rewrite everything in Rust"))
      .rewind(1)
      .turns(turn("sort the rows"), turn("now rewrite everything in Zig"))
      .rewind(2, { thread_id: threadIdOf(9_001) })
      .turns(turn("what does git restore do?"))

  it.effect(
    "a rewound session without its middle file is learned from what follows, and as a whole once it is back",
    () => {
      const world = new World()
      const session = twice()
      put(world, session)
      const middle = `${folder}/${session.files[1]?.[0]}`
      const kept = world.rollouts.get(middle)
      world.rollouts.delete(middle)
      return inWorld(
        world,
        Effect.gen(function* () {
          yield* pass
          assert.include(shown(world), "what does git restore do?")
          assert.notMatch(shown(world), /Rust|Zig/)
          assert.strictEqual((yield* recordOf(session)).thread.title, "what does git restore do?")
          assert(kept !== undefined)
          world.rollouts.set(middle, kept)
          yield* pass
          assert.lengthOf(world.requests, 2)
          for (const told of [wish, "sort the rows", "what does git restore do?"]) {
            assert.include(shown(world), told)
          }
          assert.notMatch(shown(world), /Rust|Zig/)
          assert.strictEqual((yield* recordOf(session)).thread.title, title)
        })
      )
    }
  )

  it.effect("a rewound session whose newest file is gone is not learned from the others until it is back", () => {
    const world = new World()
    const session = twice()
    put(world, session)
    const newest = `${folder}/${session.files[2]?.[0]}`
    const kept = world.rollouts.get(newest)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        const before = yield* recordOf(session)
        world.rollouts.delete(newest)
        yield* pass
        assert.deepStrictEqual((yield* recordOf(session)).extraction, before.extraction)
        yield* runPass({ all: false, rebuildIndex: true })
        assert.lengthOf(world.requests, 1)
        assert(kept !== undefined)
        world.rollouts.set(newest, { ...kept, content: kept.content.replace("# tests 4", "# tests 40") })
        yield* pass
        assert.lengthOf(world.requests, 2)
        assert.include(shown(world), wish)
        assert.notMatch(shown(world), /Rust|Zig/)
      })
    )
  })

  it.effect(
    "a rewound session is learned from its segment alone if the segment begins after the end of its first file",
    () => {
      const world = new World()
      const session = new RewoundSession().turns(turn("use tabs"), turn(wish), turn("now rewrite everything in Rust"))
      put(world, session.rewind(2).turns(turn("what does git restore do?")))
      const [name = "", text = ""] = session.files[0] ?? []
      const cut = text.split("\n").slice(0, 6).join("\n")
      world.rollouts.set(`${folder}/${name}`, { path: `${folder}/${name}`, content: cut, modifiedAt: startOfFixtures })
      return inWorld(
        world,
        Effect.gen(function* () {
          yield* pass
          assert.include(shown(world), "what does git restore do?")
          assert.notInclude(shown(world), "use tabs")
        })
      )
    }
  )

  it.effect("a rewound session is ignored, or withheld, if any of its files is", () => {
    const world = new World()
    const [one, two] = [new RewoundSession(1), new RewoundSession(2)]
    put(world, one.turns(turn(wish)).rewind(1).turns(turn("go on")))
    put(world, two.turns(turn(wish)).rewind(1).turns(turn("go on")))
    two.last.meta({ id: two.id, memory_mode: "disabled" }).turnEnd()
    put(world, two.rewind(1).turns(turn("go on")))
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* (yield* MemoryFs).prepare
        yield* (yield* FileSystem.FileSystem).writeFileString(
          `${world.home}/ignore`,
          `${folder}/${one.files[0]?.[0]}\n`
        )
        const report = yield* pass
        assert.deepStrictEqual(
          report.skipped.map(({ reason, threadId }) => [threadId, reason]).sort(),
          [
            [one.id, "ignored"],
            [two.id, "memory-disabled"]
          ].sort()
        )
        assert.lengthOf(world.requests, 0)
      })
    )
  })
})

describe("the program with sessions that were rewound", () => {
  const home = Effect.gen(function* () {
    const root = yield* temporaryFolder
    const [codex, memories] = [join(root, "codex"), join(root, "memories")]
    const homes = ["--codex-home", codex, "--memories-home", memories]
    return {
      pathOf: (name: string) => join(codex, "sessions", name),
      archivedPathOf: (name: string) => join(codex, "archived_sessions", name),
      run: (...args: ReadonlyArray<string>) => runInProcess([...args, ...homes]),
      memory: () =>
        [...bytesBelow(memories)]
          .flatMap(([path, bytes]) => (path.endsWith("/memory/MEMORY.md") ? [bytes.toString()] : []))
          .join("\n"),
      all: () => Buffer.concat([...bytesBelow(memories)].map(([, bytes]) => bytes)).toString("latin1")
    }
  })
  const session = () =>
    new RewoundSession()
      .turns(turn(wish), turn("Always use tabs in this project"))
      .rewind(1)
      .turns(turn("what does git restore do?"))

  for (const [what, base] of [
    ["plain", "plain"],
    ["whose first file was compressed", "packed"],
    ["whose first file was archived", "archived"]
  ] as const) {
    it.scopedLive(`a rewound session, ${what}, keeps what came before the rewind and drops what was undone`, () =>
      Effect.gen(function* () {
        const { archivedPathOf, memory, pathOf, run } = yield* home
        const { files, id } = session()
        files.forEach(([name, text]) => write(pathOf(name), text))
        const [first = ""] = files.map(([name]) => name)
        if (base === "packed") {
          writeFileSync(pathOf(`${first}.zst`), zstdFrame(Buffer.from(files[0]?.[1] ?? "")))
          rmSync(pathOf(first))
        } else if (base === "archived") {
          write(archivedPathOf("x"), "")
          renameSync(pathOf(first), archivedPathOf(first))
        }
        assert.strictEqual((yield* run()).code, 0)
        assert.include(memory(), wish)
        assert.notInclude(memory(), "tabs")
        const why = yield* run("why", "--thread", id)
        for (const [name] of nonEmpty(files)) {
          assert.include(why.stdout, name)
        }
        assert.include((yield* run("verify", "--json")).stdout, '"findings":[],"unreadable":[]')
        assert.include((yield* run()).stdout, "Nothing to do")
      })
    )
  }

  it.scopedLive("a rewind after which nothing was typed costs no memory", () =>
    Effect.gen(function* () {
      const { memory, pathOf, run } = yield* home
      const rewound = new RewoundSession().turns(turn(wish), turn("Always use tabs in this project"))
      rewound.files.forEach(([name, text]) => write(pathOf(name), text))
      yield* run()
      assert.include(memory(), "tabs")
      rewound.rewind(1).files.forEach(([name, text]) => write(pathOf(name), text))
      yield* run()
      assert.include(memory(), wish)
      assert.notInclude(memory(), "tabs")
      yield* run("--rebuild-index")
      assert.include(memory(), wish)
    })
  )

  for (const [what, follows] of [
    ["before anything follows", false],
    ["and something else is done", true]
  ] as const) {
    it.scopedLive(`a rewound session keeps its memory if its first file is lost as the segment comes, ${what}`, () =>
      Effect.gen(function* () {
        const { memory, pathOf, run } = yield* home
        const rewound = new RewoundSession().turns(turn(wish), turn("Always use tabs in this project"))
        const [[first = "", text = ""] = []] = rewound.files
        write(pathOf(first), text)
        yield* run()
        rmSync(pathOf(first))
        rewound.rewind(1)
        const [, [second = "", rest = ""] = []] = (
          follows ? rewound.turns(turn("please always run the linter first")) : rewound
        ).files
        write(pathOf(second), rest)
        const learned = yield* run()
        assert.include(learned.stderr + learned.stdout, "not there any more")
        assert.include(memory(), wish)
        yield* run("--rebuild-index")
        assert.include(memory(), wish)
        write(pathOf(first), text)
        yield* run()
        assert.include(memory(), wish)
        assert.notInclude(memory(), "tabs")
        assert.strictEqual(memory().includes("linter"), follows)
      })
    )
  }

  it.scopedLive("a rewound session keeps its memory if its first file is lost as the index is rebuilt", () =>
    Effect.gen(function* () {
      const { memory, pathOf, run } = yield* home
      const { files } = session()
      files.forEach(([name, text]) => write(pathOf(name), text))
      yield* run()
      rmSync(pathOf(files[0]?.[0] ?? ""))
      yield* run("--rebuild-index")
      assert.include(memory(), wish)
      yield* run("--rebuild-index")
      assert.include(memory(), wish)
    })
  )

  it.scopedLive("a forgotten session is forgotten with all of its files, and those that come later", () =>
    Effect.gen(function* () {
      const { all, pathOf, run } = yield* home
      const rewound = session()
      const writeAll = () => rewound.files.forEach(([name, text]) => write(pathOf(name), text))
      writeAll()
      yield* run()
      assert.include(all(), wish)
      assert.strictEqual((yield* run("forget", "--yes", "--thread", rewound.id)).code, 0)
      assert.notInclude(all(), wish)
      rewound.rewind(1).turns(turn("go on"))
      writeAll()
      yield* run()
      yield* run("--rebuild-index")
      assert.notInclude(all(), wish)
    })
  )
})
