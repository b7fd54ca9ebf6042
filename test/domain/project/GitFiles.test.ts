import { assert, describe, it } from "@effect/vitest"
import { gitFolderIn, pathIn, readGitConfig } from "../../../src/domain/project/GitFiles.js"

describe("files of git", () => {
  it("a .git file names its git folder", () => {
    assert.strictEqual(gitFolderIn("gitdir: ../.git/modules/sub\n"), "../.git/modules/sub")
    assert.strictEqual(gitFolderIn("gitdir: /a path/with spaces\r\n"), "/a path/with spaces")
    for (const text of ["", "gitdir:", "gitdir: \n", "ref: x", "gitdir: a\ngitdir: b\n", " gitdir: a"]) {
      assert.isUndefined(gitFolderIn(text), JSON.stringify(text))
    }
  })

  it("a pointer has one line", () => {
    assert.strictEqual(pathIn("../..\n"), "../..")
    for (const text of ["", "\n", "a\nb\n"]) {
      assert.isUndefined(pathIn(text), JSON.stringify(text))
    }
  })

  it("a config gives the origin, the working copy and whether it is bare; the last value counts", () => {
    const text = [
      "# a comment",
      "[core]",
      "\tbare = false",
      "\tworktree = ../../../sub ; of a submodule",
      '[remote "upstream"]',
      "\turl = https://git.example.com/other.git",
      '[Remote "origin"]',
      "\turl = https://git.example.com/first.git",
      '\tURL = "https://git.example.com/ada/\\"ferry\\".git"',
      '[branch "origin"]',
      "\turl = https://git.example.com/branch.git",
      "[core] bare = true"
    ].join("\r\n")
    assert.deepStrictEqual(readGitConfig(text), {
      origin: 'https://git.example.com/ada/"ferry".git',
      worktree: "../../../sub",
      isBare: true
    })
  })

  it("a config without these values, or one that is none, gives nothing", () => {
    for (const text of ["", "\u0000\u0001", '[remote "origin"', "url = x", "[remote]\nurl = x"]) {
      assert.deepStrictEqual(readGitConfig(text), { origin: undefined, worktree: undefined, isBare: false }, text)
    }
  })
})
