import { assert, describe, it } from "@effect/vitest"
import { added, asked, changed, edited, ended, type Part, ran, said, traceOf } from "../MadeSession.js"

const heading = (...parts: ReadonlyArray<Part>): string => traceOf(...parts).traceMemory.split("\n", 1)[0] ?? ""
const summary = (...parts: ReadonlyArray<Part>): string => traceOf(...parts).summary

const failing = ran("npm test", 1, "TypeError: rows.map is not a function\n# fail 1")
const passing = ran("npm test", 0, "# pass 4\n# fail 0")

describe("the heading of a trace", () => {
  it("the heading names the request, then a failure from before the first change with its fix", () => {
    assert.strictEqual(
      heading(asked("Find out why CI is red"), failing, edited("src/rows.js"), passing, ended),
      "# Find out why CI is red: npm test failed with TypeError: rows.map is not a function; fixed by editing src/rows.js; it passes now (4 tests)"
    )
  })

  it("the heading of several reviews names what the user asked, and no failure met before", () => {
    const compiler = ran("go test ./store", 1, 'compile: version "go1.24" does not match go tool version "go1.26"')
    const other = ran("mise exec -- go test ./store", 0, "ok  shop/store 0.2s")
    assert.match(
      heading(asked("Review all open pull requests of the shop"), compiler, other, said("All are sound."), ended),
      /^# Review all open pull requests of the shop: go test/
    )
  })

  it("a title is the order of a request, and not the sentence that gives its background", () => {
    const titles = (text: string): string => heading(asked(text), edited("src/rows.js"), ended)
    assert.match(
      titles("The file should be untracked. Read it and implement the task."),
      /^# Read it and implement the/
    )
    assert.match(titles("A row must have a price. Add a check to the form."), /^# Add a check to the form/)
    // Without an order that says to what, the sentence before it says more.
    assert.match(titles("The total should be rounded. Fix it."), /^# The total should be rounded/)
    assert.match(titles("The file should be untracked."), /^# The file should be untracked/)
    assert.match(titles("Add a total to the rows. It should be rounded."), /^# Add a total to the rows/)
    assert.match(titles("Read the guide carefully. Add a total."), /^# Add a total/)
  })

  it("the heading names the request if the failure occurred during the work", () => {
    assert.strictEqual(
      heading(asked("Add a total to the rows"), edited("src/rows.js"), failing, edited("src/rows.js"), passing, ended),
      "# Add a total to the rows: changed src/rows.js; on the way npm test failed with TypeError: rows.map is not a function, fixed; npm test passes (4 tests)"
    )
    assert.strictEqual(
      heading(
        asked("Add a total to the rows"),
        edited("src/rows.js"),
        ran("npm test", 1, "sh: 1: vitest: not found"),
        ran("npm ci", 0, "added 9 packages"),
        passing,
        ended
      ),
      "# Add a total to the rows: changed src/rows.js; on the way npm test failed with sh: 1: vitest: not found, fixed by npm ci; npm test passes (4 tests)"
    )
  })

  it("the heading names a panic by its test and message, and cuts no error inside a quotation", () => {
    const panics = "thread 'tiles::edges_meet' panicked at src/tiles.rs:88:9:\nassertion `left == right` failed"
    assert.include(
      heading(
        asked("fix it"),
        ran("cargo test", 101, panics),
        edited("src/tiles.rs"),
        ran("cargo test", 0, "ok"),
        ended
      ),
      "cargo test failed with tiles::edges_meet panicked: assertion 'left == right' failed; fixed by"
    )
    const long = `Error: the schema of the table that holds all bookings has no column "${"booked_at_".repeat(6)}"`
    assert.include(
      heading(asked("fix it"), ran("npm test", 1, long), edited("src/a.js"), passing, ended),
      "npm test failed with Error: the schema of the table that holds all bookings has no column…; fixed by"
    )
  })

  it("the heading names the request beside a failure that is still open", () => {
    assert.strictEqual(
      heading(asked("Add a total to the rows"), edited("src/rows.js"), failing, ended),
      "# Add a total to the rows: npm test failed with TypeError: rows.map is not a function, still open after editing src/rows.js"
    )
  })

  it("the heading names open failures beside fixed ones, and no file that was deleted again", () => {
    assert.strictEqual(
      heading(
        asked("upgrade the parser"),
        added("src/tmp.js"),
        changed({ path: "src/tmp.js", action: "delete", movedTo: undefined }),
        ran("npm install parser@2", 0, "changed 1 package"),
        ran("npm run build", 1, "src/rows.js:3:1: error: no export named parse"),
        edited("src/rows.js"),
        ran("npm run build", 0, "built in 1s"),
        failing,
        ended
      ),
      "# upgrade the parser: changed src/rows.js; on the way npm run build failed with src/rows.js:3:1: error: no export named parse, fixed; npm test failed with TypeError: rows.map is not a function, still open; npm run build passes"
    )
  })

  it("the heading calls no failure open in work that the user approved", () => {
    assert.strictEqual(
      heading(
        asked("Add a page"),
        ran("node server.js", 1, "Error: missing PORT"),
        added("page.html"),
        said("Added."),
        ended,
        asked("great, thanks"),
        ended
      ),
      "# Add a page: changed page.html; the user approved"
    )
  })

  it("the heading names the changes once if there was no request", () => {
    assert.strictEqual(heading(edited("src/rows.js"), ended), "# Edited src/rows.js; not verified")
  })

  it("the heading prefers a question that needed work to one that was answered without any", () => {
    assert.strictEqual(
      heading(
        asked("which routes are slow?"),
        ran("cat slow.log", 0, "GET /tours 900ms"),
        said("Only `/tours`."),
        ended,
        asked("how do I undo a commit?"),
        said("Use `git revert`."),
        ended
      ),
      "# which routes are slow? answered, not confirmed"
    )
  })
})

describe("open ends and checks in the heading", () => {
  const done = (...parts: ReadonlyArray<Part>): string =>
    heading(asked("Round the prices"), edited("src/price.py"), ...parts, said("Prices are rounded."), ended)

  it("a check that ran in a container verifies the work, and another command in one does not", () => {
    assert.include(done(ran("docker compose run --rm app pytest", 0, "12 passed in 0.3s")), "pytest passes (12 tests)")
    assert.include(done(ran("docker exec -w /app web npm test", 0, "Tests  4 passed (4)")), "npm test passes")
    assert.include(done(ran("docker compose run --rm app python seed.py", 0, "done")), "not verified")
    assert.include(done(ran("docker compose up -d", 0, "")), "not verified")
  })

  it("the heading calls a failure open only where the trace and MEMORY.md do", () => {
    const failed = "src/price.ts(1,1): error TS1005: ';' expected."
    assert.include(done(ran("npx tsc -p packages/web", 2, failed)), "still open")
    assert.notInclude(done(ran("npx tsc -p /tmp/try/tsconfig.json", 2, failed)), "still open")
    assert.notInclude(done(ran("./bin/price --all", 1, "")), "still open")
    assert.include(done(ran("./bin/price --all", 1, "error: no such price list")), "still open")
  })
})

describe("a summary", () => {
  it("the summary leaves out tasks that were answered without any step, if there are others", () => {
    const question: ReadonlyArray<Part> = [asked("how do I undo a commit?"), said("Use `git revert`."), ended]
    assert.notInclude(summary(asked("add a page"), added("page.html"), ended, ...question), "undo")
    assert.include(summary(...question), "how do I undo a commit? answered, not confirmed")
  })

  it("the summary names a wish once if the request was nothing else", () => {
    assert.strictEqual(
      summary(asked("I prefer tabs over spaces, and please no trailing summaries"), added(".editorconfig"), ended),
      'The user wants "I prefer tabs over spaces" and "please no trailing summaries". For that: changed .editorconfig; not verified.'
    )
  })
})
