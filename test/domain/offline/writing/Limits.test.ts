import { assert, describe, it } from "@effect/vitest"
import { asked, edited, ended, type Part, ran, ranSo, said, traceOf } from "../MadeSession.js"

const trace = (command: string, output: string, ...more: ReadonlyArray<Part>): string =>
  traceOf(asked("Check the basket"), ran(command, 1, output), ...more, said("It cannot run here."), ended).traceMemory

describe("limits of the machine", () => {
  it("a component that is not installed is a limit, and no open failure", () => {
    const memory = trace("cargo deny check", "error: 'cargo-deny' is not installed for the toolchain 'stable'.")
    assert.include(memory, "`cargo-deny` does not work here: `error: 'cargo-deny' is not installed")
    assert.notInclude(memory, "open: `cargo deny check`")
  })

  it("a service that does not run is a limit of each command that needs it", () => {
    const memory = trace(
      "./gradlew contractTest",
      "BasketIT > initializationError FAILED\n    java.lang.IllegalStateException: Could not find a valid Docker environment."
    )
    assert.include(memory, "this machine does not have it")
    assert.notInclude(memory, "open: `./gradlew contractTest`")
  })

  it("a mistyped program is no limit, and a program that is missing is one", () => {
    const missing = "bash: line 1: bundel: command not found"
    const right = ran("bundle exec rake spec", 0, "4 examples, 0 failures")
    assert.notInclude(trace("bundel exec rake spec", missing, right), "bundel` does not work here")
    assert.include(trace("bundel exec rake spec", missing), "`bundel` does not work here")
  })

  it("an act that passes outside of the sandbox only is not told as one that works, and a check is", () => {
    const outside = (command: string, output: string) =>
      traceOf(
        asked("Update the libraries"),
        ran(command, 1, "failed to fetch: could not resolve host: repo.test"),
        ranSo(command, output, { exitCode: 0, isEscalated: true }),
        said("Done."),
        ended
      ).traceMemory
    const act = outside("mix deps.get", "All dependencies are up to date")
    assert.include(act, "it passes outside of the sandbox")
    assert.notInclude(act, "worked here: `mix deps.get`")
    assert.include(outside("go test ./...", "ok  shop 0.1s"), "run the tests: `go test ./...`")
  })
})

describe("limits of the sandbox", () => {
  it("a command that only got past its error outside of the sandbox is not told as one that passes there", () => {
    const memory = trace(
      "cargo test -p basket",
      "error: Operation not permitted (os error 1)",
      ranSo("cargo test -p basket", "test adds ... FAILED\ntest result: FAILED. 0 passed; 1 failed", {
        exitCode: 101,
        isEscalated: true
      }),
      edited("src/lib.rs"),
      ran("cargo test", 0, "test result: ok. 1 passed; 0 failed")
    )
    assert.match(memory, /not permitted .*; outside of the sandbox it then failed with `test adds/)
    assert.notInclude(memory, "it passes outside of the sandbox")
  })

  it("a limit names the second error outside of the sandbox, and the form of the command that passed at last", () => {
    const memory = trace(
      "cargo test",
      "error: failed to download from `https://static.crates.io/crates/tides/0.1.4/download`",
      ranSo("cargo test", "error: rustc 1.93.0 is not supported by the package: shop requires rustc 1.95", {
        exitCode: 101,
        isEscalated: true
      }),
      ranSo("cargo +1.96.0 test", "test result: ok. 4 passed; 0 failed", { exitCode: 0, isEscalated: true })
    )
    assert.match(
      memory,
      /failed to download .*; outside of the sandbox it then failed with `error: rustc 1\.93\.0 is not .*; `cargo \+1\.96\.0 test` passed at last/
    )
    assert.notInclude(memory, "escalation")
  })
})

describe("remarks on files", () => {
  const remark = (text: string, ...paths: ReadonlyArray<string>): string =>
    `${traceOf(asked("Mend the order"), edited(...paths), said(text), ended).traceMemory.split("Pointers and references")[1] ?? ""}\n`

  it("a file that is cut out of a sentence leaves no comma behind", () => {
    assert.include(
      remark("There is `DELETE /orders` now, in `src/routes/order.ts`, with a test.", "src/routes/order.ts"),
      ": There is `DELETE /orders` now, with a test"
    )
  })

  it("a remark about a file whose name ends in the same way is not taken", () => {
    const memory = remark(
      "The mail is sent in `lib/finish_order.rb` and nowhere else.",
      "lib/finish_order.rb",
      "models/order.rb"
    )
    assert.include(memory, "`lib/finish_order.rb` (edited, L3): The mail is sent")
    assert.include(memory, "`models/order.rb` (edited, L3)\n")
  })

  it("a remark that tells the fault of an edited file is not told as its state, and one on its use is", () => {
    assert.notInclude(remark("`src/price.ts` counted the tax twice.", "src/price.ts"), "counted the tax")
    assert.include(remark("`src/price.ts` is used by the basket and the mail.", "src/price.ts"), "used by the basket")
  })

  it("a remark that only lists files, orders work, opens a list or tells of a command is none", () => {
    const says = (text: string, path = "src/price.ts"): boolean =>
      / \((?:edited|added)[^)]*\): \S/.test(remark(text, path))
    assert.deepStrictEqual(
      [
        says("Fixed in this checkout by adding the missing tax to two files: `src/price.ts` and `src/tax.ts`."),
        says("Add an explicit rounding step in `src/price.ts`."),
        says("- add an explicit rounding step in `src/price.ts`"),
        says("Prices are shown in `src/price.ts` as follows:\n- with tax"),
        says("`npm test -- src/price.ts` was blocked by a missing `parallel`."),
        says("Changelog entry in `CHANGELOG.md`.", "CHANGELOG.md"),
        says("The rounding rules and their tests are in `src/price.ts`."),
        says("Sums are made in `src/price.ts`, without tax.")
      ],
      [false, false, false, false, false, false, true, true]
    )
  })
})
