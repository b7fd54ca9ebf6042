import { assert, describe, it } from "@effect/vitest"
import { nameCommand, narrownessOf } from "../../../../src/domain/offline/commands/CommandNames.js"

const isRoot = (directory: string | undefined): boolean => directory === undefined || directory === "/p"
const shown = (command: string): string => nameCommand(command, new Map(), isRoot).shown
const keys = (command: string, scripts: ReadonlyMap<string, string> = new Map()): ReadonlyArray<string> =>
  nameCommand(command, scripts, isRoot).telling.map(({ key }) => key)

describe("narrownessOf", () => {
  const narrowness = (command: string, scripts: ReadonlyMap<string, string> = new Map()): ReadonlyArray<number> =>
    nameCommand(command, scripts, isRoot).telling.map(narrownessOf)

  it("a name behind -- narrows a package script", () => {
    for (const command of ["npm test -- mod10", "pnpm run test -- --run=1 'sorts dates'", "yarn test -- mod10 --ci"]) {
      assert.deepStrictEqual(narrowness(command), [1], command)
    }
    assert.deepStrictEqual(narrowness("npm test -- mod10", new Map([["test", "vitest run"]])), [1])
    assert.deepStrictEqual(narrowness("npm test -- test/mod10.test.ts"), [2])
  })

  it("options behind -- and their values narrow nothing, nor does what stands before a package tool", () => {
    for (const command of [
      "npm test",
      "npm test -- --ci",
      "npm test -- --reporter dot 2>&1 | tail -5",
      "dotenv -- npm test",
      "cargo test -- --nocapture"
    ]) {
      assert.deepStrictEqual(narrowness(command), [0], command)
    }
  })
})

describe("nameCommand", () => {
  it("a shown command leaves out parts that only trim or report the output", () => {
    assert.strictEqual(shown("npm test --silent 2>&1 | tail -40; exit ${PIPESTATUS[0]}"), "npm test --silent")
    assert.strictEqual(shown("set -o pipefail; cargo test 2>&1 | tee log.txt | grep -v warning"), "cargo test")
    assert.strictEqual(shown('pytest > out.log 2>&1; echo "exit $?"'), "pytest")
  })

  it("a shown command leaves out looks beside an act", () => {
    assert.strictEqual(shown("ls -la && cat a.py && python3 -m unittest -v 2>&1 | tail -20"), "python3 -m unittest -v")
    assert.strictEqual(shown("npm test; git status --short"), "npm test")
  })

  it("a shown command keeps a pipe that is part of the act", () => {
    assert.strictEqual(shown("cat rows.sql | sqlite3 shop.db"), "cat rows.sql | sqlite3 shop.db")
    assert.strictEqual(shown("sort a.txt | uniq -c"), "sort a.txt | uniq -c")
  })

  it("a shown command keeps a change with the check behind it", () => {
    assert.strictEqual(shown("git mv a.js b.js && node --test | tail -3"), "git mv a.js b.js && node --test")
  })

  it("a shown command drops a cd into the project's own directory and keeps any other", () => {
    assert.strictEqual(shown("cd /p && npm test"), "npm test")
    assert.strictEqual(shown("cd web && npm test"), "cd web && npm test")
    assert.deepStrictEqual(keys("cd web && npm test"), ["npm test @web"])
  })

  it("a shown command keeps the environment that it needs", () => {
    const { telling } = nameCommand("source .venv/bin/activate && pytest -q", new Map(), isRoot)
    assert.strictEqual(telling[0]?.text, "source .venv/bin/activate && pytest -q")
    assert.strictEqual(shown("set -a; . ./.env; set +a; npm run deploy"), "set -a; . ./.env; set +a; npm run deploy")
    assert.strictEqual(shown("set -euo pipefail; npm test"), "npm test")
  })

  it("a check has one key, however it is spelled", () => {
    assert.deepStrictEqual(keys("python3 -m unittest -v"), keys("python -m unittest discover"))
    assert.deepStrictEqual(keys("npx eslint . --fix"), keys("eslint ."))
    assert.deepStrictEqual(keys("npm run test"), keys("npm test --silent"))
    assert.notDeepEqual(keys("pytest tests/a.py"), keys("pytest"))
  })

  it("a package script has the key of the command behind it", () => {
    assert.deepStrictEqual(keys("npm test", new Map([["test", "node --test"]])), ["node --test"])
    assert.deepStrictEqual(keys("npm test", new Map([["test", "eslint . && vitest"]])), ["npm test"])
  })

  it("two scripts that use the same modules have one key", () => {
    const script = (body: string): string => `python3 - <<'PY'\nimport shop\n${body}\nPY`
    assert.deepStrictEqual(keys(script("print(1)")), keys(script("print(shop.total())")))
  })
})
