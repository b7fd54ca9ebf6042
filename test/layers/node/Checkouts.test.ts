import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Checkout, Found } from "../../../src/domain/project/Checkout.js"
import { findCheckout } from "../../../src/layers/node/Checkouts.js"
import { Directory } from "../../../src/domain/thread/WorkingDirectory.js"
import { nonEmpty } from "../../support/nonEmpty.js"
import { canonicalFolder, git, repository } from "../../support/gitRepository.js"

const userHome = "/home/nobody-of-this-test"

const find = (directory: string): Found => findCheckout(directory, userHome)

const none: Checkout = {
  root: Directory.make(""),
  main: Directory.make(""),
  origin: undefined,
  identity: undefined
}

/** The working copy at a directory; the test fails where there is none. */
const at = (directory: string): Checkout => {
  const found = find(directory)
  const [checkout = none] = nonEmpty(found._tag === "Checkout" ? [found.checkout] : [])
  return checkout
}

const mainAndRoot = (directory: string) => {
  const { main, root } = at(directory)
  return { main, root }
}

const shop = "https://git.example.com/ada/shop.git"

describe("repository around a directory", () => {
  it.scoped("a subdirectory, at any depth, belongs to the repository above it", () =>
    Effect.gen(function* () {
      const repo = repository(join(yield* canonicalFolder, "repo"), shop)
      for (const below of ["", "packages", "packages/api"]) {
        assert.deepStrictEqual(mainAndRoot(join(repo, below)), { main: repo, root: repo }, below)
      }
      assert.strictEqual(at(repo).origin, shop)
      git(repo, "checkout", "--quiet", "--detach")
      assert.strictEqual(at(repo).main, repo)
    })
  )

  it.scoped("a worktree belongs to the main working copy, where it is added, moved, and with relative paths", () =>
    Effect.gen(function* () {
      const folder = yield* canonicalFolder
      const repo = repository(join(folder, "repo"), shop)
      const [added, moved] = [join(folder, "codexwt/1a4b/repo"), join(folder, "moved here")]
      git(repo, "worktree", "add", "--quiet", added)
      assert.deepStrictEqual(mainAndRoot(join(added, "packages/api")), { main: repo, root: added })
      assert.strictEqual(at(added).origin, shop)
      assert.strictEqual(at(added).identity, at(repo).identity)
      git(repo, "worktree", "move", added, moved)
      assert.deepStrictEqual(mainAndRoot(moved), { main: repo, root: moved })
      writeFileSync(join(moved, ".git"), "gitdir: ../repo/.git/worktrees/repo\n")
      writeFileSync(join(repo, ".git/worktrees/repo/gitdir"), "../../../../moved here/.git\n")
      assert.deepStrictEqual(mainAndRoot(moved), { main: repo, root: moved })
      writeFileSync(join(repo, ".git/worktrees/repo/gitdir"), `${moved}/.git\n`)
      git(repo, "worktree", "remove", "--force", moved)
      assert.deepStrictEqual(find(moved), { _tag: "Gone" })
    })
  )

  it.scoped("a worktree of a bare repository belongs to that repository", () =>
    Effect.gen(function* () {
      const folder = yield* canonicalFolder
      const repo = repository(join(folder, "repo"))
      const bare = join(folder, "bare.git")
      git(folder, "clone", "--quiet", "--bare", repo, bare)
      git(bare, "worktree", "add", "--quiet", join(folder, "of-bare"), "main")
      assert.deepStrictEqual(mainAndRoot(join(folder, "of-bare")), { main: bare, root: join(folder, "of-bare") })
      assert.deepStrictEqual(mainAndRoot(bare), { main: bare, root: bare })
      // The git folder beside its worktrees, behind a `.git` file.
      const hub = join(folder, "hub")
      mkdirSync(hub)
      git(folder, "clone", "--quiet", "--bare", repo, join(hub, ".bare"))
      writeFileSync(join(hub, ".git"), "gitdir: ./.bare\n")
      git(hub, "worktree", "add", "--quiet", join(hub, "feature"), "main")
      assert.deepStrictEqual(mainAndRoot(join(hub, "feature")), { main: hub, root: join(hub, "feature") })
      assert.deepStrictEqual(mainAndRoot(hub), { main: hub, root: hub })
    })
  )

  it.scoped("a submodule, its worktree and a nested repository are repositories of their own", () =>
    Effect.gen(function* () {
      const folder = yield* canonicalFolder
      const [lib, repo] = [repository(join(folder, "lib")), repository(join(folder, "repo"), shop)]
      git(repo, "submodule", "--quiet", "add", lib, "vendor/lib")
      const submodule = join(repo, "vendor/lib")
      assert.deepStrictEqual(mainAndRoot(join(submodule, "packages")), { main: submodule, root: submodule })
      assert.strictEqual(at(submodule).origin, lib)
      git(submodule, "worktree", "add", "--quiet", join(folder, "lib-wt"))
      assert.deepStrictEqual(mainAndRoot(join(folder, "lib-wt")), { main: submodule, root: join(folder, "lib-wt") })
      const nested = repository(join(repo, "packages/nested"))
      assert.deepStrictEqual(mainAndRoot(nested), { main: nested, root: nested })
      assert.strictEqual(at(join(repo, "packages")).main, repo)
    })
  )

  it.scoped("a renamed repository keeps its identity, and a copy and a clone have another one", () =>
    Effect.gen(function* () {
      const folder = yield* canonicalFolder
      const repo = repository(join(folder, "repo"), shop)
      const { identity } = at(repo)
      assert.isDefined(identity)
      git(folder, "clone", "--quiet", repo, join(folder, "clone"))
      assert.notStrictEqual(at(join(folder, "clone")).identity, identity)
      renameSync(repo, join(folder, "renamed"))
      assert.strictEqual(at(join(folder, "renamed")).identity, identity)
      assert.deepStrictEqual(find(repo), { _tag: "Gone" })
    })
  )

  it.scoped("a folder that only claims to belong to a repository is a project of its own, without an origin", () =>
    Effect.gen(function* () {
      const folder = yield* canonicalFolder
      const repo = repository(join(folder, "repo"), shop)
      git(repo, "worktree", "add", "--quiet", join(folder, "real"))
      const claims: ReadonlyArray<readonly [string, (path: string) => void]> = [
        ["the git folder of another", (path) => writeFileSync(join(path, ".git"), `gitdir: ${repo}/.git\n`)],
        [
          "the worktree of another",
          (path) => writeFileSync(join(path, ".git"), readFileSync(join(folder, "real/.git"), "utf8"))
        ],
        ["a link to the git folder of another", (path) => symlinkSync(join(repo, ".git"), join(path, ".git"))],
        [
          "a git folder with the common folder of another",
          (path) => {
            mkdirSync(join(path, "own"))
            writeFileSync(join(path, "own/commondir"), `${repo}/.git\n`)
            writeFileSync(join(path, "own/gitdir"), `${path}/.git\n`)
            writeFileSync(join(path, ".git"), `gitdir: ${path}/own\n`)
          }
        ],
        [
          "a working copy that its config names",
          (path) => {
            git(folder, "init", "--quiet", "--bare", join(path, "store"))
            git(join(path, "store"), "config", "core.bare", "false")
            git(join(path, "store"), "config", "core.worktree", repo)
            mkdirSync(join(path, "store/worktrees/w"), { recursive: true })
            writeFileSync(join(path, "store/worktrees/w/commondir"), "../..\n")
            writeFileSync(join(path, "store/worktrees/w/gitdir"), `${path}/.git\n`)
            writeFileSync(join(path, ".git"), `gitdir: ${path}/store/worktrees/w\n`)
          }
        ]
      ]
      for (const [index, [claim, make]] of claims.entries()) {
        const path = join(folder, `claim-${index}`)
        mkdirSync(path)
        make(path)
        const { main, origin } = at(path)
        assert.notStrictEqual(main, repo, claim)
        assert.isTrue(main.startsWith(path), claim)
        assert.isUndefined(origin, claim)
      }
    })
  )

  it.scoped("a folder in no repository, and one with what is no repository, belongs to none", () =>
    Effect.gen(function* () {
      const folder = yield* canonicalFolder
      for (const [name, make] of [
        ["empty", () => undefined],
        ["empty-git", (path: string) => mkdirSync(join(path, ".git"))]
      ] as const) {
        mkdirSync(join(folder, name))
        make(join(folder, name))
        assert.deepStrictEqual(find(join(folder, name)), { _tag: "Plain" }, name)
      }
      writeFileSync(join(folder, "file"), "")
      assert.deepStrictEqual(find(join(folder, "file")), { _tag: "Gone" })
      assert.deepStrictEqual(find(join(folder, "gone")), { _tag: "Gone" })
      assert.deepStrictEqual(find("C:\\Users\\ada"), { _tag: "Gone" })
    })
  )

  it.scoped("a repository of the user's home owns nothing below it", () =>
    Effect.gen(function* () {
      const home = repository(yield* canonicalFolder)
      mkdirSync(join(home, "notes"))
      assert.deepStrictEqual(findCheckout(join(home, "notes"), home), { _tag: "Plain" })
      assert.deepStrictEqual(findCheckout(join(home, "notes"), join(home, "users/ada")), { _tag: "Plain" })
      assert.strictEqual(findCheckout(home, home)._tag, "Checkout")
      const inside = repository(join(home, "code/ferry"))
      const found = findCheckout(join(inside, "packages"), home)
      assert.strictEqual(found._tag === "Checkout" ? found.checkout.main : "", inside)
    })
  )
})
