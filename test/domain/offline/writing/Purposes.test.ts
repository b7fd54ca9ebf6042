import { assert, describe, it } from "@effect/vitest"
import { asked, edited, ended, ran, traceOf } from "../MadeSession.js"

/** The lines of reusable knowledge that a command gives that fails, and passes after an edit. */
const told = (command: string, output = "ok"): ReadonlyArray<string> =>
  (
    /Reusable knowledge:\n((?:- .*\n)*)/.exec(
      traceOf(
        asked("Mend the price of a basket"),
        edited("src/basket.ts"),
        ran(command, 1, "error: the price of a basket is wrong"),
        edited("src/basket.ts"),
        ran(command, 0, output),
        ended
      ).traceMemory
    )?.[1] ?? ""
  )
    .split("\n")
    .flatMap((line) => (line.includes(": `") && !line.includes("fixed by") ? [line.slice(2)] : []))

describe("the purpose of a command", () => {
  it("a check that a package tool starts is told by its purpose", () => {
    assert.deepStrictEqual(told("pnpm vitest run", "Tests  4 passed (4)"), ["run the tests: `pnpm vitest run`"])
    assert.deepStrictEqual(told("pnpm eslint src"), ["lint: `pnpm eslint src`"])
    assert.deepStrictEqual(told("yarn tsc --noEmit"), ["check the types: `yarn tsc --noEmit`"])
  })

  it("a task of a build tool is told by the words of its name", () => {
    assert.deepStrictEqual(told("./gradlew contractTest -Pslow"), ["run the tests: `./gradlew contractTest -Pslow`"])
    assert.deepStrictEqual(told("./gradlew liquibaseValidate"), ["check: `./gradlew liquibaseValidate`"])
    assert.deepStrictEqual(told("mix dialyzer"), ["check the types: `mix dialyzer`"])
  })

  it("a formatter that only reports is told as a check of the formatting", () => {
    assert.deepStrictEqual(told("mix format --check-formatted"), [
      "check the formatting: `mix format --check-formatted`"
    ])
    assert.deepStrictEqual(told("dotnet format --verify-no-changes"), [
      "check the formatting: `dotnet format --verify-no-changes`"
    ])
  })

  it("a command that starts a program is told as its run, and no other command is", () => {
    assert.deepStrictEqual(told("python3 tools/price.py"), ["run the program: `python3 tools/price.py`"])
    assert.deepStrictEqual(told("cargo run -- basket"), ["run the program: `cargo run -- basket`"])
    assert.deepStrictEqual(told("make docs"), ["worked here: `make docs`"])
  })

  it("a script on the command line is told only for the changed file that it tries", () => {
    assert.deepStrictEqual(told("uv run python -c 'import basket.price'"), [])
    assert.deepStrictEqual(told(`node -e 'require("./src/basket.ts")'`), [
      `try \`src/basket.ts\`: \`node -e 'require("./src/basket.ts")'\``
    ])
  })
})
