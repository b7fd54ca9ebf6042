import { assert, describe, it } from "@effect/vitest"
import { asked, changed, cwd, edited, ended, eventsOf, type Part, ran, traceOf } from "../MadeSession.js"
import { extractFacts } from "../../../../src/domain/offline/writing/SessionFacts.js"

const memory = (...parts: ReadonlyArray<Part>): string => traceOf(asked("fix it"), ...parts, ended).traceMemory

/** True if a check that passes after an edit resolves one that failed before. */
const resolves = (failed: string, passed: string, output = "ok"): boolean => {
  const parts = [asked("fix it"), ran(failed, 1, "Error: no berth 7"), edited("src/berth.ts"), ran(passed, 0, output)]
  const facts = extractFacts(cwd, { events: eventsOf(...parts, ended), finished: true })
  return facts.some(({ content }) => content._tag === "Failure" && content.key !== "")
}

describe("checks that a command runs inside itself", () => {
  it("a task that passed resolves the check that its output names", () => {
    assert.isTrue(resolves("cargo clippy --all-targets", "just lint", "cargo clippy --all-targets\nFinished"))
    assert.isTrue(resolves("pytest tests/berth", "make check", "ruff check .\npytest\n12 passed in 0.1s"))
    assert.isTrue(resolves("cargo test", "mise run ci", "[ci] $ cargo test\ntest result: ok. 3 passed; 0 failed"))
    assert.isTrue(resolves("npx eslint src", "npm run verify", "> shop@1.0.0 verify\n> eslint src\n"))
    assert.isTrue(resolves("pytest tests/berth", "docker compose exec -T app pytest", "12 passed in 0.1s"))
    assert.isTrue(
      resolves("docker compose exec app pytest tests/berth", "docker compose exec app pytest", "12 passed in 0.1s")
    )
  })

  it("a task resolves nothing when what it runs is narrower, something else, or may have failed", () => {
    assert.isFalse(resolves("cargo clippy", "just lint", "cargo fmt --check\nFinished"))
    assert.isFalse(resolves("pytest", "make check", "pytest tests/berth\n12 passed in 0.1s"))
    assert.isFalse(resolves("pytest", "docker compose exec app pytest tests/berth", "12 passed in 0.1s"))
    assert.isFalse(resolves("npx eslint src", "npm run verify", "> shop@1.0.0 verify\n> eslint src || true\n"))
    assert.isFalse(
      resolves("pytest tests/berth", "make check", "pytest\nmake: [Makefile:3: check] Error 1 (ignored)\ndone")
    )
    assert.isFalse(resolves("just lint", "cargo clippy", "Finished"))
  })

  it("words that only start a program make no other check", () => {
    for (const prefix of ["uv run", "poetry run", "timeout 60", "CI=1", "env CI=1 RUST_LOG=info", "time"]) {
      assert.isTrue(resolves("pytest tests/berth", `${prefix} pytest`, "12 passed in 0.1s"), prefix)
      assert.isTrue(resolves(`${prefix} pytest tests/berth`, "pytest", "12 passed in 0.1s"), prefix)
      assert.isFalse(resolves("pytest", `${prefix} pytest tests/berth`, "12 passed in 0.1s"), prefix)
    }
    assert.isTrue(resolves("rspec spec/berth_spec.rb", "bundle exec rspec", "12 examples, 0 failures"))
  })
})

describe("modules that import each other", () => {
  const error =
    "ImportError: cannot import name 'Tide' from partially initialized module 'shop.tide' (most likely due to a circular import)"
  const traceback = `Traceback (most recent call last):
  File "${cwd}/tests/test_berth.py", line 1, in <module>
    from shop.berth import Berth
  File "${cwd}/shop/berth.py", line 2, in <module>
    from shop.tide import Tide
  File "${cwd}/shop/tide.py", line 3, in <module>
    from shop.berth import Berth
${error}`
  const circle = (...files: ReadonlyArray<string>) =>
    memory(ran("pytest", 1, traceback), edited(...files), ran("pytest", 0, "12 passed in 0.1s"))

  it("the edited files of the traceback are what fixed a circular import", () => {
    assert.include(circle("shop/berth.py", "docs/berth.md"), "fixed by editing `shop/berth.py`;")
    assert.include(circle("shop/berth.py", "shop/tide.py"), "fixed by editing `shop/berth.py` and `shop/tide.py`")
  })

  it("an edited file that no frame names is not told as what fixed it", () => {
    assert.notInclude(circle("shop/moon.py"), "fixed by editing")
  })
})

describe("failures that a task caused and fixed at once", () => {
  const slip = (error: string, path = "mise.toml") =>
    memory(
      changed({ path, action: "update", movedTo: undefined, before: "a = 1", after: "a = 2" }),
      ran("make check", 1, error),
      changed({ path, action: "update", movedTo: undefined, before: "a = 2", after: "a = 3" }),
      ran("make check", 0, "ok")
    )

  it("an error about the setup of the machine or of a tool is told in the trace", () => {
    for (const error of [
      "TOML parse error at line 3, column 1",
      "Error: failed to load config from .golangci.yml",
      "Error: listen EADDRINUSE: address already in use :::3000",
      "ModuleNotFoundError: No module named 'ebb'"
    ]) {
      assert.include(slip(error), `\`${error.replaceAll("`", "'")}\`: fixed by editing \`mise.toml\``, error)
    }
  })

  it("a slip in the code of the task is not told", () => {
    for (const error of [
      "NameError: name 'Decimal' is not defined",
      "AttributeError: 'Cart' has no attribute 'balance'"
    ]) {
      assert.notInclude(slip(error, "src/cart.py"), ": fixed by", error)
    }
  })
})
