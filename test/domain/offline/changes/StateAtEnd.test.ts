import { assert, describe, it } from "@effect/vitest"
import { extractFacts } from "../../../../src/domain/offline/writing/SessionFacts.js"
import { added, asked, changed, cwd, edited, ended, eventsOf, type Part, ran, said, traceOf } from "../MadeSession.js"

const factsOf = (kind: "Command" | "Failure" | "File", ...parts: ReadonlyArray<Part>): ReadonlyArray<string> =>
  extractFacts(cwd, { events: eventsOf(asked("tidy the scripts"), ...parts, ended), finished: true })
    .filter(({ content }) => content._tag === kind && (content._tag !== "Command" || content.isReusable))
    .map(({ text }) => text)

const memoryPart = (text: string): string => text.slice(text.indexOf("Reusable knowledge:"))
const passes = (command: string): Part => ran(command, 0, "Tests  4 passed (4)")
const patched = (path: string, before: string, after: string): Part =>
  changed({ path, action: "update", movedTo: undefined, before, after })

describe("the state of a project at the end of a session", () => {
  it("a command is no command that works if its script was moved or renamed later", () => {
    const moves: ReadonlyArray<readonly [string, ReadonlyArray<Part>]> = [
      ["./ci/check.sh", [ran("git mv ci/check.sh tools/check.sh", 0, "")]],
      ["node ci/check.mjs", [changed({ path: "ci/check.mjs", action: "update", movedTo: "tools/check.mjs" })]],
      ["cd ci && pytest check_all.py", [ran("mv ci tools", 0, "")]],
      ["./ci/check", [ran("mv ci/check bin/check", 0, ""), ran("rm bin/check", 0, "")]]
    ]
    assert.deepStrictEqual(
      moves.map(([command, parts]) => [
        factsOf("Command", passes(command)).length,
        factsOf("Command", passes(command), ...parts).length,
        factsOf("Command", ...parts, passes(command)).length
      ]),
      moves.map(() => [1, 0, 1])
    )
  })

  it("a command goes on to work if only what a build made was deleted, or if its file came back", () => {
    assert.lengthOf(factsOf("Command", passes("node dist/check.js"), ran("rm -rf dist", 0, "")), 1)
    const away = [ran("mv ci/check.sh old.sh", 0, ""), ran("mv old.sh ci/check.sh", 0, "")]
    assert.lengthOf(factsOf("Command", passes("./ci/check.sh"), ...away), 1)
  })

  it("a task that its definition calls deprecated or an alias gives way to the one that is named beside it", () => {
    const cases: ReadonlyArray<readonly [string, string, string, string]> = [
      ["mise run unit", "mise run test", "mise.toml", '[tasks.unit]\ndescription = "Deprecated alias for test"'],
      ["make check-all", "make check", "Makefile", "# deprecated: use check\ncheck-all: check"],
      ["just unit", "just test", "justfile", "unit: test # alias of test"]
    ]
    assert.deepStrictEqual(
      cases.map(([old, now, path, definition]) =>
        factsOf("Command", passes(old), patched(path, "", definition), passes(old), passes(now)).map((text) =>
          text.replace(/^.*`(.*)`.*$/, "$1")
        )
      ),
      cases.map(([, now]) => [now])
    )
    const other =
      '[tasks.old]\ndescription = "Deprecated"\n\n# the main one\n[tasks.unit]\ndescription = "Run the tests"'
    assert.lengthOf(factsOf("Command", passes("mise run unit"), patched("mise.toml", "", other)), 1)
    const shed = [
      patched("mise.toml", "", "[tasks.unit]\nhide = true # deprecated"),
      patched("mise.toml", "", "[tasks.unit]")
    ]
    assert.lengthOf(factsOf("Command", passes("mise run unit"), ...shed), 1)
  })

  it("a file that moved later is told under its new path, and one that was deleted later only as deleted", () => {
    const work = [edited("src/cart.ts", "ci/lint.sh"), said("`ci/lint.sh` lints each module in turn."), ended]
    const later = [
      asked("Move the files of the shop into folders of their own"),
      ran("git mv src/cart.ts src/shop/cart.ts", 0, ""),
      ran("rm ci/lint.sh", 0, "")
    ]
    assert.deepStrictEqual(factsOf("File", ...work, ...later), [
      "`src/shop/cart.ts`",
      "`src/cart.ts`: renamed to `src/shop/cart.ts`",
      "`ci/lint.sh`: deleted"
    ])
    const { traceMemory } = traceOf(asked("tidy up"), ...work, ...later, ended)
    const [first = "", second = ""] = traceMemory.split("## Task: ").slice(1).map(memoryPart)
    assert.include(first, "`src/shop/cart.ts` (edited as `src/cart.ts`, moved later")
    assert.notInclude(first, "ci/lint.sh")
    assert.include(second, "`ci/lint.sh` (deleted")
  })

  it("a remark that names a file which is gone is left out", () => {
    const remark = said("`Makefile` now calls `ci/lint.sh` for each module of the shop.")
    const work = [edited("Makefile"), added("ci/lint.sh"), remark, ended]
    assert.include(factsOf("File", ...work).join("\n"), "for each module")
    assert.notInclude(
      factsOf("File", ...work, asked("now inline it"), ran("rm ci/lint.sh", 0, "")).join("\n"),
      "for each"
    )
  })

  it("a fix says that its file is gone, and names no check that nobody can run any more", () => {
    const error = "error: cache folder is read-only: /var/cache/lint"
    const fix = (...later: ReadonlyArray<Part>): string =>
      factsOf(
        "Failure",
        ran("bash ci/lint.sh", 1, error),
        patched("ci/lint.sh", "golangci-lint run", "LINT_CACHE=/tmp/lint golangci-lint run"),
        ran("bash ci/lint.sh", 0, "0 issues."),
        ...later
      ).join("\n")
    assert.include(fix(), "editing `ci/lint.sh` (`golangci-lint run` → ")
    assert.include(fix(), "verified by `bash ci/lint.sh`")
    const gone = fix(ran("git rm ci/lint.sh", 0, ""))
    assert.include(gone, "editing `ci/lint.sh` (deleted later; `golangci-lint run` → ")
    assert.notInclude(gone, "verified by")
    const moved = fix(ran("git mv ci/lint.sh tools/lint.sh", 0, ""))
    assert.include(moved, "editing `tools/lint.sh` (`golangci-lint run` → ")
    assert.notInclude(moved, "verified by")
  })
})
