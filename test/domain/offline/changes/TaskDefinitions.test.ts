import { assert, describe, it } from "@effect/vitest"
import { added, asked, changed, cwd, ended, eventsOf, type Part, ran } from "../MadeSession.js"
import { extractFacts } from "../../../../src/domain/offline/writing/SessionFacts.js"

const factsOf = (kind: "Command" | "Limit" | "Open", ...parts: ReadonlyArray<Part>): ReadonlyArray<string> =>
  extractFacts(cwd, { events: eventsOf(asked("tidy the tasks"), ...parts, ended), finished: true })
    .filter(({ content }) => content._tag === kind && (content._tag !== "Command" || content.isReusable))
    .map(({ text }) => text)

const patched = (path: string, before: string, after: string): Part =>
  changed({ path, action: "update", movedTo: undefined, before, after })

describe("tasks that a session changed", () => {
  const passed = (command: string) => ran(command, 0, "Tests  4 passed (4)")

  it("a command whose task was removed or renamed later is no command that works", () => {
    const cases: ReadonlyArray<readonly [string, string, string, string]> = [
      ["mise run test-unit", "mise.toml", "[tasks.test-unit]", '[tasks."test:unit"]'],
      ["npm run test:unit", "package.json", '    "test:unit": "vitest run",', '    "test": "vitest run",'],
      ["make check-all", "Makefile", "check-all: build", "check: build"],
      ["just test-unit", "justfile", "test-unit *args:", "test *args:"],
      ["task test-unit", "Taskfile.yml", "  test-unit:", "  unit:"]
    ]
    assert.deepStrictEqual(
      cases.map(([command, path, before, after]) => [
        factsOf("Command", passed(command), patched(path, before, after)).length,
        // A change of what stands after the name, another file, or a later pass leaves the command as it is.
        factsOf("Command", passed(command), patched(path, before, before)).length,
        factsOf("Command", passed(command), patched(`web/${path}`, before, after)).length,
        factsOf("Command", patched(path, before, after), passed(command)).length
      ]),
      cases.map(() => [0, 1, 1, 1])
    )
  })

  it("a task that goes on as a file of its own is not removed", () => {
    const wrapper = patched("mise.toml", "[tasks.lint]", "")
    assert.strictEqual(factsOf("Command", passed("mise run lint"), wrapper).length, 0)
    assert.strictEqual(
      factsOf("Command", passed("mise run lint"), added("mise-tasks/lint/_default"), wrapper).length,
      1
    )
  })

  it("a limit of a task ends when the task is defined anew, and the lack of a program does not", () => {
    const refused = ran("mise run test:all", 1, "open /Users/ada/Library/cache: operation not permitted")
    const missing = ran("mise run test:all", 127, "sh: parallel: command not found")
    const again = patched("mise.toml", '[tasks."test:all"]', '[tasks."test:all"]')
    assert.strictEqual(factsOf("Limit", refused).length, 1)
    assert.strictEqual(factsOf("Limit", refused, again).length, 0)
    assert.strictEqual(factsOf("Limit", again, refused).length, 1)
    assert.strictEqual(factsOf("Limit", missing, again).length, 1)
  })

  it("the failure of a task that was removed later is not open", () => {
    const failed = ran("make test-old", 2, "tide_test.c:4: error: expected 1, got 2")
    assert.strictEqual(factsOf("Open", failed).length, 1)
    assert.strictEqual(factsOf("Open", failed, patched("Makefile", "test-old:", "")).length, 0)
    assert.strictEqual(factsOf("Open", failed, patched("Makefile", "other:", "")).length, 1)
  })
})
