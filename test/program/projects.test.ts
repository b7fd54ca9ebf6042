import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { bucketOf, Directory } from "../../src/domain/thread/WorkingDirectory.js"
import { RolloutBuilder, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { CommandHome } from "../support/commandHome.js"
import { canonicalFolder, git, repository } from "../support/gitRepository.js"
import { runInProcess } from "../support/programInProcess.js"

const origin = "https://git.example.com/ada/shop.git"

/** A home whose sessions each say one wish, in directories of a folder of their own. */
class Projects extends CommandHome {
  readonly folder: string
  private count = 0

  constructor(folder: string) {
    super(folder)
    this.folder = folder
  }

  say(cwd: string, wish: string, recorded?: string): string {
    const number = ++this.count
    const start = startOfFixtures + number * 60_000
    const git = recorded === undefined ? {} : { git: { branch: "main", repository_url: recorded } }
    const text = new RolloutBuilder(start)
      .meta({ id: threadIdOf(number), cwd, ...git })
      .turnContext({ cwd })
      .user(`please ${wish}; fix the tests`)
      .command("npm test", "TypeError: total is not a function\n# fail 1\n", 1)
      .patch("*** Begin Patch\n*** Update File: src/total.js\n@@\n-a\n+b\n*** End Patch")
      .command("npm test", "# pass 4\n# fail 0\n")
      .turnEnd()
      .text()
    this.put(number, text)
    return threadIdOf(number)
  }

  memoryPath(cwd: string): string {
    return join(this.memories, bucketOf(Directory.make(cwd)), "memory")
  }

  textOf(cwd: string): string {
    return readFileSync(join(this.memoryPath(cwd), "MEMORY.md"), "utf8")
  }

  context(cwd: string) {
    return this.run("context", "--cwd", cwd)
  }
}

const home = Effect.map(canonicalFolder, (folder) => new Projects(folder))

describe("memory of a repository", () => {
  it.scopedLive("sessions of a repository's subdirectory, worktree and link make one memory", () =>
    Effect.gen(function* () {
      const shop = yield* home
      const repo = repository(join(shop.folder, "repo"))
      const [worktree, link] = [join(shop.folder, "codexwt/1a4b/repo"), join(shop.folder, "link")]
      git(repo, "worktree", "add", "--quiet", worktree)
      symlinkSync(repo, link)
      shop.say(repo, "always run make lint")
      shop.say(join(repo, "packages/api"), "never touch the vendor folder")
      shop.say(worktree, "always keep the changelog")
      shop.say(link, "never squash commits")
      yield* shop.pass()
      const text = shop.textOf(repo)
      for (const wish of ["make lint", "vendor folder", "keep the changelog", "squash commits"]) {
        assert.include(text, wish)
      }
      for (const other of [worktree, link, join(repo, "packages/api")]) {
        assert.isFalse(existsSync(shop.memoryPath(other)), other)
      }
    })
  )

  it.scopedLive("each directory has a memory of its own with MEMORIES_PROJECT=directory", () =>
    Effect.gen(function* () {
      const shop = yield* home
      const repo = repository(join(shop.folder, "repo"))
      const api = join(repo, "packages/api")
      shop.say(repo, "always run make lint")
      shop.say(api, "never touch the vendor folder")
      yield* runInProcess([...shop.args, "--all"], { MEMORIES_PROJECT: "directory" })
      assert.include(shop.textOf(api), "vendor folder")
      assert.notInclude(shop.textOf(repo), "vendor folder")
      assert.isFalse(existsSync(join(shop.memories, "projects.json")))
    })
  )

  it.scopedLive(
    "a home of before is taken over: edits, notes, pins and forgotten facts of each directory included",
    () =>
      Effect.gen(function* () {
        const shop = yield* home
        const repo = repository(join(shop.folder, "repo"))
        const api = join(repo, "packages/api")
        const byDirectory = (...words: ReadonlyArray<string>) =>
          runInProcess([...shop.args, ...words], { MEMORIES_PROJECT: "directory" })
        shop.say(repo, "always run make lint")
        shop.say(api, "never touch the vendor folder")
        shop.say(api, "always deploy from the staging branch")
        shop.say(api, "always indent with tabs")
        yield* byDirectory("--all")
        const idOf = (words: string) =>
          Effect.map(byDirectory("search", words, "--cwd", api, "--json"), ({ stdout }) => {
            const [, id = ""] = /"id":"([0-9a-f]{12})","kind":"Wish"/.exec(stdout) ?? []
            return id
          })
        assert.strictEqual((yield* byDirectory("pin", "--fact", yield* idOf("vendor"), "--cwd", api)).code, 0)
        const tabs = yield* idOf("tabs")
        assert.strictEqual((yield* byDirectory("forget", "--fact", tabs, "--cwd", api, "--yes")).code, 0)
        yield* byDirectory("remember", "--cwd", api, "the staging server sleeps at night")
        const path = join(shop.memoryPath(api), "MEMORY.md")
        const edited = readFileSync(path, "utf8")
          .split("\n")
          .filter((line) => !line.includes("staging branch"))
        edited.splice(3, 0, "- written by hand")
        writeFileSync(path, edited.join("\n"))
        mkdirSync(join(shop.memoryPath(api), "skills/mine"), { recursive: true })
        writeFileSync(join(shop.memoryPath(api), "skills/mine/SKILL.md"), "---\nname: mine\ndescription: d\n---\n")
        yield* shop.pass()
        const text = shop.textOf(repo)
        for (const kept of ["make lint", "vendor folder", "- written by hand", "sleeps at night"]) {
          assert.include(text, kept)
        }
        assert.notInclude(text, "staging branch")
        assert.isTrue(existsSync(join(shop.memoryPath(repo), "skills/mine/SKILL.md")))
        assert.deepStrictEqual(
          shop.sql("SELECT DISTINCT mark FROM fact_marks WHERE cwd = ? ORDER BY mark", repo).map(({ mark }) => mark),
          ["Forgotten", "Pinned", "Removed"]
        )
        assert.include(
          readFileSync(join(shop.memories, "forgotten"), "utf8"),
          `${bucketOf(Directory.make(repo))} ${tabs}`
        )
        const moved = readFileSync(join(shop.memoryPath(api), "MOVED.md"), "utf8")
        assert.include(moved, `${bucketOf(Directory.make(repo))}/memory/MEMORY.md`)
        assert.isFalse(existsSync(path))
        // Nothing is left to do, and nothing changes.
        yield* shop.pass()
        assert.strictEqual(shop.textOf(repo), text)
        // And what was forgotten stays away, wherever in the project it is said again.
        shop.say(repo, "always indent with tabs")
        yield* shop.pass()
        assert.notInclude(shop.textOf(repo), "indent with tabs")
      })
  )
})

describe("reading the memory of a repository", () => {
  const learned = Effect.gen(function* () {
    const shop = yield* home
    const repo = repository(join(shop.folder, "acme/repo"), origin)
    shop.say(repo, "always run make lint", origin)
    yield* shop.pass()
    const { stdout } = yield* shop.context(repo)
    assert.include(stdout, "make lint")
    return { shop, repo, stdout }
  })

  it.scopedLive("a subdirectory, a worktree, a link and a renamed repository read the project's memory", () =>
    Effect.gen(function* () {
      const { repo, shop, stdout } = yield* learned
      const [feature, inTemporary, link] = ["wt-feature", "codexwt/1a4b/repo", "link"].map((name) =>
        join(shop.folder, "acme", name)
      )
      git(repo, "worktree", "add", "--quiet", feature ?? "")
      git(repo, "worktree", "add", "--quiet", inTemporary ?? "")
      symlinkSync(repo, link ?? "")
      for (const place of [feature, inTemporary, link, join(repo, "packages/api"), join(feature ?? "", "packages")]) {
        const read = yield* shop.context(place ?? "")
        assert.deepStrictEqual([read.code, read.stdout, read.stderr], [0, stdout, ""], place)
      }
      const shown = yield* shop.run("show", "--cwd", join(repo, "packages/api"))
      assert.include(shown.stdout, "make lint")
      assert.include((yield* shop.run("search", "lint", "--cwd", feature ?? "")).stdout, "make lint")
      const { value } = yield* shop.json("status", "--cwd", join(repo, "packages"))
      assert.include(JSON.stringify(value["projects"]), `"cwd":"${repo}"`)
      yield* shop.run("remember", "--cwd", join(repo, "packages"), "ask before a release")
      yield* shop.pass()
      assert.include(shop.textOf(repo), "ask before a release")
      const renamed = join(shop.folder, "acme/renamed")
      renameSync(repo, renamed)
      assert.include((yield* shop.context(renamed)).stdout, "make lint")
      assert.include((yield* shop.context(join(renamed, "packages/api"))).stdout, "make lint")
      assert.include((yield* shop.run("forget", "--cwd", renamed, "--yes")).stdout, "1 session")
      assert.strictEqual((yield* shop.context(renamed)).stdout, "")
      assert.notInclude(readFileSync(join(shop.memories, "projects.json"), "utf8"), repo)
    })
  )

  it.scopedLive("a worktree that is gone reads the memory, and what is learned of it later belongs there", () =>
    Effect.gen(function* () {
      const { repo, shop } = yield* learned
      const worktree = join(shop.folder, "tmp/1a4b/repo")
      git(repo, "worktree", "add", "--quiet", worktree)
      shop.say(worktree, "always keep the changelog")
      yield* shop.pass()
      git(repo, "worktree", "remove", "--force", worktree)
      assert.include((yield* shop.context(worktree)).stdout, "keep the changelog")
      // One that no pass saw is known by what its session recorded.
      const unseen = join(shop.folder, "tmp/2b5c/repo")
      shop.say(worktree, "never squash commits")
      shop.say(unseen, "always sign commits", "git@git.example.com:ada/shop.git")
      yield* shop.pass()
      assert.include(shop.textOf(repo), "squash commits")
      assert.include(shop.textOf(repo), "sign commits")
    })
  )

  it.scopedLive("a clone shares the project's memory, and reads it once a person agrees", () =>
    Effect.gen(function* () {
      const { repo, shop } = yield* learned
      const [clone, second] = [join(shop.folder, "clone"), join(shop.folder, "second")]
      repository(clone, "git@git.example.com:ada/shop.git")
      repository(second, origin)
      const refused = yield* shop.context(join(clone, "packages"))
      assert.deepStrictEqual([refused.code, refused.stdout], [0, ""])
      assert.include(refused.stderr, `consent --cwd ${clone}`)
      assert.include(refused.stderr, repo)
      assert.strictEqual((yield* shop.run("consent", "--cwd", join(clone, "packages"))).code, 0)
      assert.include((yield* shop.context(join(clone, "packages"))).stdout, "make lint")
      shop.say(second, "never squash commits", origin)
      yield* shop.pass()
      assert.include(shop.textOf(repo), "squash commits")
      const asked = yield* shop.context(second)
      assert.deepStrictEqual([asked.code, asked.stdout], [0, ""])
      assert.include(asked.stderr, `consent --cwd ${second}`)
      yield* shop.run("consent", "--cwd", second)
      assert.include((yield* shop.context(second)).stdout, "make lint")
      const none = yield* shop.run("consent", "--cwd", shop.folder)
      assert.strictEqual(none.code, 2)
      assert.include(none.stderr, "--cwd")
    })
  )

  it.scopedLive("a person who does not agree is not asked again, and the clone stays a project of its own", () =>
    Effect.gen(function* () {
      const { repo, shop } = yield* learned
      const clone = repository(join(shop.folder, "clone"), origin)
      assert.strictEqual((yield* shop.run("consent", "--cwd", clone, "--no")).code, 0)
      assert.notInclude((yield* shop.context(clone)).stderr, "consent")
      shop.say(clone, "never squash commits", origin)
      yield* shop.pass()
      assert.include(shop.textOf(clone), "squash commits")
      assert.notInclude(shop.textOf(repo), "squash commits")
    })
  )

  it.scopedLive("a folder that only claims to be a worktree, or has an origin that was typed in, reads nothing", () =>
    Effect.gen(function* () {
      const { repo, shop } = yield* learned
      const claim = join(shop.folder, "claim")
      mkdirSync(claim)
      writeFileSync(join(claim, ".git"), `gitdir: ${repo}/.git\n`)
      assert.strictEqual((yield* shop.context(claim)).stdout, "")
      const typed = repository(join(shop.folder, "typed"), origin)
      assert.strictEqual((yield* shop.context(typed)).stdout, "")
    })
  )

  it.scopedLive("a directory outside of every project gets nothing on stdout, and one line on stderr", () =>
    Effect.gen(function* () {
      const { repo, shop } = yield* learned
      const outside = join(shop.folder, "acme/notes")
      mkdirSync(outside)
      const read = yield* shop.context(outside)
      assert.deepStrictEqual([read.code, read.stdout], [0, ""])
      assert.lengthOf(read.stderr.trimEnd().split("\n"), 1)
      assert.include(read.stderr, `the nearest project with memory is ${repo}`)
      const elsewhere = yield* runInProcess([
        "context",
        "--cwd",
        outside,
        "--codex-home",
        shop.folder,
        "--memories-home",
        join(shop.folder, "other")
      ])
      assert.strictEqual(elsewhere.stdout, "")
      assert.include(elsewhere.stderr, `the memories home ${join(shop.folder, "other")} knows no project`)
      assert.include(elsewhere.stderr, `there are memories in ${shop.memories}`)
    })
  )

  it.scopedLive("a line of another subdirectory is marked, and comes last for a session elsewhere", () =>
    Effect.gen(function* () {
      const { repo, shop } = yield* learned
      const api = join(repo, "packages/api")
      shop.say(api, "never touch the vendor folder")
      yield* shop.pass()
      assert.match(shop.textOf(repo), /vendor folder.*\(only in `packages\/api`\) \[/)
      assert.notMatch(shop.textOf(repo), /make lint.*only in/)
      const order = (text: string) => ["vendor folder", "make lint"].map((words) => text.indexOf(words))
      const [vendor = 0, lint = 0] = order((yield* shop.context(repo)).stdout)
      assert.isAbove(vendor, lint)
      // Said at the top as well, it holds everywhere.
      shop.say(repo, "never touch the vendor folder")
      yield* shop.pass()
      assert.notMatch(shop.textOf(repo), /vendor folder.*only in/)
    })
  )

  it.scopedLive("a marked line that a person takes out or forgets stays away", () =>
    Effect.gen(function* () {
      const { repo, shop } = yield* learned
      const api = join(repo, "packages/api")
      shop.say(api, "never touch the vendor folder")
      shop.say(api, "always deploy from the staging branch")
      yield* shop.pass()
      const path = join(shop.memoryPath(repo), "MEMORY.md")
      const lines = readFileSync(path, "utf8").split("\n")
      writeFileSync(path, lines.filter((line) => !line.includes("vendor folder")).join("\n"))
      yield* shop.run("remember", "--cwd", api, "a note")
      yield* shop.pass()
      assert.notInclude(shop.textOf(repo), "vendor folder")
      const found = yield* shop.json("search", "staging", "--cwd", api)
      const [, id = ""] = /"id":"([0-9a-f]{12})"/.exec(found.stdout) ?? []
      assert.strictEqual((yield* shop.run("forget", "--fact", id, "--cwd", api, "--yes")).code, 0)
      assert.notInclude(shop.textOf(repo), "staging branch")
      assert.include(shop.textOf(repo), "make lint")
    })
  )

  it.scopedLive(
    "nine Windows and WSL spellings of two directories are the projects that they are on this machine",
    () =>
      Effect.gen(function* () {
        const shop = yield* home
        const spellings = [
          "C:\\Users\\ada\\code\\shop",
          "c:\\Users\\ada\\code\\shop",
          "C:\\Users\\Ada\\Code\\Shop",
          "C:/Users/ada/code/shop",
          "C:\\Users\\ada\\code\\shop\\",
          "\\\\?\\C:\\Users\\ada\\code\\shop",
          "\\\\wsl.localhost\\Ubuntu\\home\\ada\\shop",
          "\\\\wsl$\\Ubuntu\\home\\ada\\shop"
        ]
        spellings.forEach((cwd, number) => shop.say(cwd, `always run check number ${number} before committing`))
        yield* shop.pass()
        const windows = shop.textOf("c:/users/ada/code/shop")
        const wsl = shop.textOf("//wsl.localhost/ubuntu/home/ada/shop")
        assert.deepStrictEqual(
          spellings.map((_, number) => [windows, wsl].map((text) => text.includes(`check number ${number}`))),
          spellings.map((_, number) => [number < 6, number >= 6])
        )
      })
  )

  it.scopedLive("a state DB that was lost knows again which directory belongs to which project", () =>
    Effect.gen(function* () {
      const { repo, shop } = yield* learned
      const worktree = join(shop.folder, "tmp/1a4b/repo")
      git(repo, "worktree", "add", "--quiet", worktree)
      shop.say(worktree, "always keep the changelog")
      yield* shop.pass()
      git(repo, "worktree", "remove", "--force", worktree)
      for (const name of ["state.sqlite", "state.sqlite-wal", "state.sqlite-shm"]) {
        rmSync(join(shop.memories, name), { force: true })
      }
      shop.say(worktree, "never squash commits")
      yield* shop.pass()
      assert.include(shop.textOf(repo), "keep the changelog")
      assert.include(shop.textOf(repo), "squash commits")
    })
  )
})

describe("ignoring in a repository", () => {
  it.scopedLive("an ignored repository leaves out its worktrees, and an ignored subdirectory itself alone", () =>
    Effect.gen(function* () {
      const shop = yield* home
      const repo = repository(join(shop.folder, "repo"))
      const worktree = join(shop.folder, "wt")
      git(repo, "worktree", "add", "--quiet", worktree)
      shop.say(repo, "always run make lint")
      shop.say(worktree, "always keep the changelog")
      shop.say(join(repo, "packages/api"), "never touch the vendor folder")
      yield* shop.pass()
      assert.include(shop.textOf(repo), "keep the changelog")
      writeFileSync(join(shop.memories, "ignore"), `${repo}/packages/\n`)
      yield* shop.pass()
      assert.include(shop.textOf(repo), "keep the changelog")
      assert.notInclude(shop.textOf(repo), "vendor folder")
      writeFileSync(join(shop.memories, "ignore"), `${repo}/\n`)
      yield* shop.pass()
      assert.isFalse(existsSync(join(shop.memoryPath(repo), "MEMORY.md")))
      writeFileSync(join(shop.memories, "ignore"), "")
      yield* shop.pass()
      for (const wish of ["make lint", "keep the changelog", "vendor folder"]) {
        assert.include(shop.textOf(repo), wish)
      }
    })
  )
})
