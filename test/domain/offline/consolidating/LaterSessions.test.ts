import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { type FactContent, SessionFact } from "../../../../src/domain/facts/Fact.js"
import type { KnownFact, ProjectFacts } from "../../../../src/domain/facts/ProjectFacts.js"
import { projectFacts } from "../../../../src/domain/offline/consolidating/MergeFacts.js"
import { extractFacts } from "../../../../src/domain/offline/writing/SessionFacts.js"
import { added, asked, changed, cwd, edited, ended, eventsOf, type Part, ran, ranSo } from "../MadeSession.js"

/** The facts of sessions, which are given oldest first. Each is stored and read as the state DB does. */
const factsOf = (...sessions: ReadonlyArray<ReadonlyArray<Part>>): ProjectFacts =>
  projectFacts(
    sessions
      .flatMap((parts, index): ReadonlyArray<ReadonlyArray<KnownFact>> => {
        const facts = extractFacts(cwd, { events: eventsOf(asked("go on"), ...parts, ended), finished: true })
        const stored = Schema.encodeSync(Schema.parseJson(Schema.Array(SessionFact)))(facts)
        const read = Schema.decodeSync(Schema.parseJson(Schema.Array(SessionFact)))(stored)
        return [read.map((fact) => ({ ...fact, threadId: `thread-${index}` }))]
      })
      .toReversed()
      .flat()
  )

const textsOf = (lines: ReadonlyArray<{ readonly text: string }>): ReadonlyArray<string> =>
  lines.map(({ text }) => text).toSorted()

const openAfter = (...sessions: ReadonlyArray<ReadonlyArray<Part>>): number => factsOf(...sessions).open.length
const worksAfter = (...sessions: ReadonlyArray<ReadonlyArray<Part>>): ReadonlyArray<string> =>
  textsOf(factsOf(...sessions).works)
const limitsAfter = (...sessions: ReadonlyArray<ReadonlyArray<Part>>): ReadonlyArray<string> =>
  textsOf(factsOf(...sessions).limits)

const removed = (path: string): Part => changed({ path, action: "delete", movedTo: undefined })
const moved = (path: string, movedTo: string): Part => changed({ path, action: "update", movedTo })

describe("failures that are open", () => {
  const failing = [ran("go test ./berth", 1, "--- FAIL: TestMoor (0.01s)\nFAIL\tshop/berth\t0.01s\nFAIL")]
  const leaf = [ran("bats test/tide.bats", 1, "not ok 1 tide turns at noon\n# in test file test/tide.bats, line 3")]

  it("a newer session closes it when an output names its package or its tests as passed", () => {
    assert.strictEqual(openAfter(failing), 1)
    assert.strictEqual(openAfter(failing, [ran("go test ./berth/... ./tide", 0, "ok  \tshop/berth\t0.2s")]), 0)
    assert.strictEqual(openAfter(failing, [ran("make verify-all", 0, "ok  \tshop/berth\t0.2s")]), 0)
    assert.strictEqual(openAfter(leaf, [ran("./run-tests.sh tide", 0, "ok 1 tide turns at noon\nok 2 ebb")]), 0)
  })

  it("a newer session leaves it open when its outputs name other packages, other tests or the same failure", () => {
    assert.strictEqual(openAfter(failing, [ran("go test ./tide", 0, "ok  \tshop/tide\t0.2s")]), 1)
    assert.strictEqual(openAfter(leaf, [ran("./run-tests.sh ebb", 0, "ok 1 ebb comes")]), 1)
    assert.strictEqual(
      openAfter(failing, [ran("make verify-all", 1, "FAIL\tshop/berth\t0.2s\nmake: *** [verify-all] Error 1")]) > 0,
      true
    )
  })

  it("an older session closes nothing", () => {
    assert.strictEqual(openAfter([ran("make verify-all", 0, "ok  \tshop/berth\t0.2s")], failing), 1)
  })
})

describe("commands that need a file or a task", () => {
  it("a command leaves what works when a newer session deletes or renames its file", () => {
    const works = [ran("node scripts/report.js", 0, "12 berths")]
    assert.lengthOf(worksAfter(works), 1)
    assert.deepStrictEqual(worksAfter(works, [removed("scripts/report.js")]), [])
    assert.deepStrictEqual(worksAfter(works, [moved("scripts/report.js", "tools/report.js")]), [])
    assert.deepStrictEqual(worksAfter(works, [ran("git mv scripts/report.js tools/report.js", 0, "")]), [])
  })

  it("a command stays when another file is deleted, its file comes back, or it passes later", () => {
    const works = [ran("node scripts/report.js", 0, "12 berths")]
    const gone = [removed("scripts/report.js")]
    assert.lengthOf(worksAfter(works, [removed("scripts/other.js")]), 1)
    assert.lengthOf(worksAfter(works, gone, [added("scripts/report.js")]), 1)
    assert.lengthOf(worksAfter(works, gone, works), 1)
    assert.lengthOf(worksAfter(gone, works), 1)
    assert.lengthOf(worksAfter(works, [added("scripts/tmp.js"), removed("scripts/tmp.js")]), 1)
  })

  it("a command leaves what works when a newer session removes or renames its task", () => {
    const works = [ran("make lint-docs", 0, "done"), ran("make test", 0, "ok")]
    const renamed = changed({
      path: "Makefile",
      action: "update",
      movedTo: undefined,
      before: "lint-docs:\n\tvale docs",
      after: "docs-lint:\n\tvale docs"
    })
    assert.lengthOf(worksAfter(works), 2)
    assert.deepStrictEqual(worksAfter(works, [renamed]), ["Run the tests: `make test`"])
    assert.deepStrictEqual(worksAfter(works, [removed("Makefile")]), [])
    assert.lengthOf(worksAfter(works, [removed("docs/Makefile")]), 2)
    assert.lengthOf(worksAfter([renamed], works), 2)
  })

  it("a file that is gone is listed nowhere", () => {
    const { places } = factsOf([edited("src/ebb.ts", "src/tide.ts")], [removed("src/ebb.ts")])
    assert.deepStrictEqual(textsOf(places), ["Edited: `src/tide.ts`"])
  })
})

describe("limits of the machine", () => {
  const refused = "error: open /home/ada/.cache/go-build/a1: operation not permitted"
  const sandbox = "workspace-write"
  const limited = (command: string): ReadonlyArray<Part> => [
    ranSo(command, refused, { exitCode: 1, sandbox }),
    ranSo(command, "ok", { exitCode: 0, sandbox, isEscalated: true })
  ]

  it("a limit names the sandbox mode of its turn", () => {
    assert.deepStrictEqual(limitsAfter(limited("make image")), [
      `\`make image\` does not work here: \`${refused}\`; it passes outside of the sandbox (workspace-write)`
    ])
    assert.deepStrictEqual(limitsAfter([ranSo("make image", refused, { exitCode: 1, sandbox })]), [
      `\`make image\` does not work here: \`${refused}\`; the sandbox (workspace-write) refuses it`
    ])
    assert.deepStrictEqual(
      limitsAfter([ranSo("make image", refused, { exitCode: 1, sandbox: "danger-full-access" })]),
      [`\`make image\` does not work here: \`${refused}\`; the machine refuses it`]
    )
  })

  it("a limit names the network when a download failed in the sandbox", () => {
    const failed = "error: failed to download from `https://static.crates.io/crates/ebb`"
    const [text = ""] = limitsAfter([
      ranSo("cargo fetch", failed, { exitCode: 1, sandbox }),
      ranSo("cargo fetch", "ok", { exitCode: 0, sandbox, isEscalated: true })
    ])
    assert.include(
      text,
      "without network access in the sandbox (workspace-write) while its downloads are not cached; it passes outside"
    )
    assert.notInclude(limitsAfter(limited("make image")).join(), "network")
  })

  it("a limit ends with a newer pass of the same kind of command in the same sandbox mode", () => {
    const pass = (command: string, mode = sandbox, isEscalated = false): ReadonlyArray<Part> => [
      ranSo(command, "ok", { exitCode: 0, sandbox: mode, isEscalated })
    ]
    assert.deepStrictEqual(limitsAfter(limited("go test ./berth"), pass("go test ./berth")), [])
    assert.deepStrictEqual(limitsAfter(limited("go test ./berth"), pass("go test ./...")), [])
    assert.deepStrictEqual(limitsAfter(limited("npm install ebb"), pass("npm install tide")), [])
    assert.lengthOf(limitsAfter(limited("go test ./berth"), pass("go test ./tide")), 1)
    assert.lengthOf(limitsAfter(limited("go test ./berth"), pass("go vet ./...")), 1)
    assert.lengthOf(limitsAfter(limited("go test ./berth"), pass("go test ./berth", "danger-full-access")), 1)
    assert.lengthOf(limitsAfter(limited("go test ./berth"), pass("go test ./berth", sandbox, true)), 1)
    assert.lengthOf(limitsAfter(pass("go test ./berth"), limited("go test ./berth")), 1)
  })

  it("a limit ends with a later pass in its own session", () => {
    const again = ranSo("make image", "ok", { exitCode: 0, sandbox })
    assert.deepStrictEqual(limitsAfter([...limited("make image"), again]), [])
  })

  it("a limit ends when the missing program runs in a newer session", () => {
    const missing = [ran("parallel --version-check run", 127, "zsh: command not found: parallel")]
    assert.lengthOf(limitsAfter(missing), 1)
    assert.deepStrictEqual(limitsAfter(missing, [ran("parallel make ::: a b", 0, "done")]), [])
    assert.lengthOf(limitsAfter(missing, [ran("make all", 0, "done")]), 1)
    assert.lengthOf(
      limitsAfter([
        ran("ruff check .", 127, "bash: ruff: command not found"),
        ran("uv run ruff check .", 0, "All checks passed!")
      ]),
      1
    )
    assert.lengthOf(limitsAfter(missing, [ran("uv run parallel make ::: a b", 0, "done")]), 1)
  })
})

describe("facts of earlier versions", () => {
  it("facts of earlier versions decode, and neither close nor end anything", () => {
    const old = (content: object, text: string) =>
      Schema.decodeUnknownSync(SessionFact)({
        id: "0123456789ab",
        text,
        basis: "ran",
        line: 1,
        lastLine: 2,
        at: null,
        content
      })
    const contents: ReadonlyArray<readonly [FactContent["_tag"], object]> = [
      ["Limit", { _tag: "Limit", subject: "make image", error: "operation not permitted", instead: null }],
      ["File", { _tag: "File", path: "src/ebb.ts", edits: 1, remark: "" }],
      ["Open", { _tag: "Open", signature: "ebb", command: "make ebb", error: "Error: ebb", title: null }]
    ]
    const facts = contents.map(([tag, content]) => ({ ...old(content, `the ${tag}`), threadId: "thread-0" }))
    const newer = extractFacts(cwd, {
      events: eventsOf(asked("go on"), ranSo("make image", "ok", { exitCode: 0 }), ended),
      finished: true
    }).map((fact) => ({ ...fact, threadId: "thread-1" }))
    const { limits, open, places } = projectFacts([...newer, ...facts])
    assert.deepStrictEqual([limits.length, open.length, places.length], [1, 1, 1])
  })
})
