import { assert, describe, it } from "@effect/vitest"
import { aborted, asked, cwd, edited, ended, type Part, ran, said, started, traceOf } from "../MadeSession.js"

const concluded = (...parts: ReadonlyArray<Part>): ReadonlyArray<string> =>
  [...traceOf(...parts).traceMemory.matchAll(/^- the assistant concluded: "(.*)" \(L\d+\)$/gm)].map(
    (match) => match[1] ?? ""
  )

const look = ran("sed -n 1,80p src/tides.go", 0, "package tides")
const review = `**Findings**

1. [src/tides.go:41](${cwd}/src/tides.go:41) drops the last sample when the list is odd. I can fix that.
2. **[P1] Berths are counted twice.** [src/berths.go:7](https://example.org/blob/1/src/berths.go#L7)

I ran \`go test ./...\` against src/tides.go:41. See src/moon.go:3. Shall I change src/moon.go:9 as well?
- src/moon.go:12`

describe("findings of a review", () => {
  it("a finding is a conclusion that names a line of a file, and not a report, an offer or a bare place", () => {
    assert.deepStrictEqual(concluded(asked("review the branch"), look, said(review), ended), [
      "`src/tides.go:41` drops the last sample when the list is odd.",
      "Berths are counted twice. src/berths.go:7"
    ])
  })

  it("a finding names the whole path of a file that a link to a repository leads to", () => {
    const at = (path: string): string => `https://example.org/harbour/tides/blob/4f4cf4fca7f8/${path}`
    const found = (text: string) => concluded(asked("review the branch"), look, said(text), ended)
    assert.deepStrictEqual(
      found(
        `Berths are counted twice in each harbour. [berths.go:7](${at("internal/sea/berths.go#L7")})\n\nThe tide is lost in [tide.go:9](${at("src/tide.go#L9-L12")}) when it is low.`
      ),
      [
        "Berths are counted twice in each harbour. `internal/sea/berths.go:7`",
        "The tide is lost in `src/tide.go:9` when it is low."
      ]
    )
    // The label of this link is no name of the file.
    assert.deepStrictEqual(found(`The [guide](${at("docs/guide.md#L3")}) is wrong about low tides.`), [])
  })

  it("a task has no findings if it changed something, or did not come to its end", () => {
    assert.deepStrictEqual(concluded(asked("mend the branch"), edited("a.go"), said(review), ended), [])
    assert.deepStrictEqual(concluded(asked("review it"), said(review), started("go vet ./..."), aborted), [])
  })

  it("a finding is left out if the session changed its file afterwards", () => {
    assert.deepStrictEqual(
      concluded(
        asked("review the branch"),
        look,
        said(review),
        ended,
        asked("Fix the first one and open a request"),
        edited("src/tides.go"),
        ended
      ),
      ["Berths are counted twice. src/berths.go:7"]
    )
  })

  const answer = (...lines: ReadonlyArray<string>): ReadonlyArray<string> =>
    concluded(asked("review the branch"), look, said(lines.join("\n")), ended)

  it("an order, a plan and a sentence without a subject of its own are no findings", () => {
    assert.deepStrictEqual(
      answer(
        "- Add a lock around the counter in src/tides.go:41.",
        "- Return the error of the reader in src/tides.go:44.",
        "- I'd move the check to src/tides.go:50 before the loop.",
        "- Next, the parser in src/tides.go:60 needs a look.",
        "- It drops the last sample when the list is odd, see src/tides.go:41.",
        "- Return values of the reader are dropped in src/tides.go:70."
      ),
      ["Return values of the reader are dropped in src/tides.go:70."]
    )
  })

  it("a place after an order belongs to the conclusion of its passage, and one after nothing to none", () => {
    assert.deepStrictEqual(
      answer(
        "- **Cache keys leave out the harbour.** Two harbours share one entry. Include and validate `Harbour`. src/cache.go:9",
        "",
        "Remove the second loop.",
        "src/berths.go:7"
      ),
      ["Cache keys leave out the harbour. Two harbours share one entry. … src/cache.go:9"]
    )
  })

  it("a sentence that points back is told after the one before it", () => {
    assert.deepStrictEqual(
      answer("1. The reader skips the last line. This makes the total in src/tides.go:41 too small."),
      ["The reader skips the last line. This makes the total in src/tides.go:41 too small."]
    )
  })

  it("a finding is left out if the session changed another file that its passage names", () => {
    const claim =
      "- The parser hides errors in src/parser.go:4. The caller in src/provider.go:9 takes them for success."
    const next = (path: string) =>
      concluded(
        asked("review the branch"),
        look,
        said(claim),
        ended,
        asked("Write the release notes"),
        edited(path),
        ended
      )
    assert.deepStrictEqual(next("src/provider.go"), [])
    assert.strictEqual(next("src/other.go").length, 2)
  })

  it("no finding is left of an answer when a later request orders to act on all of it", () => {
    const then = (request: string, ...parts: ReadonlyArray<Part>) =>
      concluded(asked("review the branch"), look, said(review), ended, asked(request), ...parts, ended).length
    const all = [
      "Address the review comments",
      "please fix them",
      "fix all of these and push",
      "apply both",
      "ok, resolve all findings",
      "Clean up everything"
    ]
    assert.deepStrictEqual(
      all.map((request) => then(request, edited("src/run.go"))),
      all.map(() => 0)
    )
    assert.strictEqual(
      then(
        "but it works in CI?",
        said("CI has another clock."),
        ended,
        asked("ok, fix them all"),
        edited("src/run.go")
      ),
      0
    )
  })

  it("findings about other files are left when a request acts on a part of the answer, or on something else", () => {
    const then = (request: string, ...parts: ReadonlyArray<Part>) =>
      concluded(asked("review the branch"), look, said(review), ended, asked(request), ...parts, ended).length
    const other = [
      "can we make a pr to do that and see if they can build it?",
      "make a pr to fix",
      "fix the issues in src/run.go",
      "fix all but not the last one",
      "only resolve the first two comments",
      "Add a page about the harbour"
    ]
    assert.deepStrictEqual(
      other.map((request) => then(request, edited("src/run.go"))),
      other.map(() => 2)
    )
    assert.strictEqual(then("make a pr to fix", edited("src/tides.go")), 1)
    assert.strictEqual(then("ok, what does the pilot do?", said("The pilot guides ships.")), 2)
    assert.strictEqual(then("Merge 38-40", ran("gh pr merge 38", 0, "")), 2)
  })

  const subjects = (...parts: ReadonlyArray<Part>): ReadonlyArray<string> =>
    [...traceOf(...parts).traceMemory.matchAll(/^- the assistant concluded( of [^:]*)?: /gm)].map(
      (match) => match[1]?.slice(4) ?? ""
    )

  it("a finding names the request for review that its heading or the user's request is about", () => {
    const text = [
      "### [PR #43 — Better search](https://example.org/pull/43)",
      "- The cache changes the results of src/search.go:3.",
      "#### Details",
      "- The index in src/index.go:3 is built twice.",
      "### General",
      "- The clock in src/clock.go:3 runs backwards.",
      "",
      "**Issue 7: tides**",
      "- The moon in src/moon.go:3 is missing."
    ].join("\n")
    assert.deepStrictEqual(subjects(asked("Review all open PRs"), look, said(text), ended), [
      "PR #43",
      "PR #43",
      "",
      "Issue 7"
    ])
    const plain = said("The clock in src/clock.go:3 runs backwards.")
    assert.deepStrictEqual(subjects(asked("Review https://example.org/o/r/pull/12"), look, plain, ended), ["PR #12"])
    assert.deepStrictEqual(subjects(asked("Review PR 12 and PR 13"), look, plain, ended), [""])
    assert.deepStrictEqual(subjects(asked("Review src/clock.go"), look, plain, ended), [""])
  })
})
