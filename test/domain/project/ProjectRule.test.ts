import { assert, describe, it } from "@effect/vitest"
import type { Checkout, Found } from "../../../src/domain/project/Checkout.js"
import { knownProjects } from "../../../src/domain/project/KnownProjects.js"
import { nearestProject } from "../../../src/domain/project/NearestProject.js"
import type { ProjectDirectory } from "../../../src/domain/project/ProjectDirectory.js"
import { decideProject, offeredProject } from "../../../src/domain/project/ProjectRule.js"
import { Directory } from "../../../src/domain/thread/WorkingDirectory.js"

const dir = (path: string) => Directory.make(path)
const [repo, clone, worktree] = [dir("/code/repo"), dir("/code/clone"), dir("/tmp/wt/1a4b/repo")]
const gone: Found = { _tag: "Gone" }
const plain: Found = { _tag: "Plain" }
const url = "https://git.example.com/ada/repo.git"
const origin = "git.example.com/ada/repo"

const checkout = (fields: Partial<Checkout> = {}): Found => ({
  _tag: "Checkout",
  checkout: { root: repo, main: repo, origin: url, identity: "1-10-100", ...fields }
})

const row = (directory: Directory, fields: Partial<ProjectDirectory> = {}): ProjectDirectory => ({
  directory,
  project: directory,
  place: "",
  origin: null,
  identity: null,
  ground: "repository",
  decidedAt: 1,
  ...fields
})

const decide = (
  directory: Directory,
  found: Found,
  rows: ReadonlyArray<ProjectDirectory> = [],
  recorded: string | undefined = undefined
) => {
  const { ground, place, project } = decideProject(
    { given: directory, directory, found, recorded },
    knownProjects(rows)
  )
  return [project, place, ground]
}

const known = row(repo, { origin, identity: "1-10-100" })

describe("project of a directory", () => {
  it("a working copy belongs to its main working copy, with its place", () => {
    assert.deepStrictEqual(decide(repo, checkout()), [repo, "", "repository"])
    assert.deepStrictEqual(decide(dir("/code/repo/packages/api"), checkout()), [repo, "packages/api", "repository"])
    assert.deepStrictEqual(decide(dir(`${worktree}/packages`), checkout({ root: worktree })), [
      repo,
      "packages",
      "repository"
    ])
  })

  it("a worktree that is gone belongs where it belonged while it was there", () => {
    const rows = [known, row(worktree, { project: repo })]
    assert.deepStrictEqual(decide(worktree, gone, rows), [repo, "", "repository"])
    // What stands there now is something else.
    assert.deepStrictEqual(decide(worktree, plain, rows), [worktree, "", "directory"])
    const other = checkout({ root: worktree, main: dir("/code/other"), identity: "1-11-100" })
    assert.deepStrictEqual(decide(worktree, other, rows), [dir("/code/other"), "", "repository"])
  })

  it("a worktree that was never seen, and a clone, belong to the project of the origin that the session recorded", () => {
    assert.deepStrictEqual(decide(worktree, gone, [known], "git@git.example.com:ada/repo.git"), [repo, "", "origin"])
    assert.deepStrictEqual(decide(worktree, gone, [known], "git@git.example.com:ada/other.git"), [
      worktree,
      "",
      "directory"
    ])
    const cloned = checkout({ root: clone, main: clone, identity: "1-12-100" })
    assert.deepStrictEqual(decide(clone, cloned, [known], url), [repo, "", "origin"])
    assert.deepStrictEqual(decide(dir(`${clone}/packages`), cloned, [known, row(clone, { project: repo })]), [
      repo,
      "packages",
      "origin"
    ])
  })

  it("an origin that nobody but the repository's own configuration tells decides nothing, and is offered", () => {
    const question = {
      given: clone,
      directory: clone,
      found: checkout({ root: clone, main: clone, identity: "1-12-100" }),
      recorded: undefined
    }
    const projects = knownProjects([known])
    const decided = decideProject(question, projects)
    assert.strictEqual(decided.project, clone)
    assert.strictEqual(offeredProject(question, projects, decided), repo)
    const agreed = knownProjects([known, row(clone, { project: repo, ground: "person" })])
    assert.strictEqual(decideProject(question, agreed).project, repo)
    assert.isUndefined(offeredProject(question, agreed, decideProject(question, agreed)))
    const below = { ...question, given: dir(`${clone}/x`), directory: dir(`${clone}/x`) }
    assert.strictEqual(decideProject(below, agreed).project, repo)
    assert.isUndefined(offeredProject({ ...question, found: plain }, projects, decided))
    // Also where a session recorded it: what it recorded is what the repository's configuration says.
    const learned = knownProjects([known, row(clone, { project: repo, identity: "1-12-100", ground: "origin" })])
    assert.strictEqual(offeredProject(question, learned, decideProject(question, learned)), repo)
    const lost = { ...question, found: gone }
    assert.isUndefined(offeredProject(lost, learned, decideProject(lost, learned)))
  })

  it("a repository that was renamed is known by its identity", () => {
    const renamed = dir("/code/renamed")
    assert.deepStrictEqual(decide(renamed, checkout({ root: renamed, main: renamed, origin: undefined }), [known]), [
      repo,
      "",
      "moved"
    ])
  })

  it("a person's word goes before everything else", () => {
    const rows = [known, row(clone, { project: clone, origin, ground: "person" })]
    const cloned = checkout({ root: clone, main: clone, identity: "1-12-100" })
    assert.deepStrictEqual(decide(clone, cloned, rows, url), [clone, "", "person"])
    assert.deepStrictEqual(decide(clone, plain, rows, url), [clone, "", "person"])
    // And draws no other clone to it.
    assert.deepStrictEqual(decide(dir("/code/third"), gone, rows, url), [repo, "", "origin"])
    assert.deepStrictEqual(decide(dir("/code/third"), gone, rows.slice(1), url), [dir("/code/third"), "", "directory"])
  })

  it("a directory in no repository is a project of its own", () => {
    assert.deepStrictEqual(decide(dir("/home/ada/notes"), plain, [known]), [dir("/home/ada/notes"), "", "directory"])
    assert.deepStrictEqual(decide(dir("/gone"), gone, [known]), [dir("/gone"), "", "directory"])
  })

  it("credentials of a recorded origin are not kept", () => {
    const { origin: kept } = decideProject(
      { given: repo, directory: repo, found: gone, recorded: "https://ada:hunter2@git.example.com/ada/repo.git" },
      knownProjects([])
    )
    assert.strictEqual(kept, origin)
  })
})

describe("nearest project", () => {
  it("the project with the fewest steps up and down is the nearest", () => {
    const projects = [dir("/code/a/b"), dir("/code/ab"), dir("/srv/x")]
    assert.strictEqual(nearestProject(dir("/code/a/c"), projects), dir("/code/a/b"))
    assert.strictEqual(nearestProject(dir("/code"), projects), dir("/code/ab"))
    assert.strictEqual(nearestProject(dir("/srv/x/y/z"), projects), dir("/srv/x"))
    assert.strictEqual(nearestProject(dir("C:\\code\\a\\c"), [dir("c:/x"), dir("C:/code/a")]), dir("C:/code/a"))
    assert.isUndefined(nearestProject(dir("/code"), []))
  })
})
