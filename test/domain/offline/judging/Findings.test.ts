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
})
