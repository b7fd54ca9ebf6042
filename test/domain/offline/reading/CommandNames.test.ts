import { assert, describe, it } from "@effect/vitest"
import { nameCommand } from "../../../../src/domain/offline/reading/CommandNames.js"

const isRoot = (directory: string | undefined): boolean => directory === undefined || directory === "/p"
const shown = (command: string): string => nameCommand(command, new Map(), isRoot).shown
const keys = (command: string, scripts: ReadonlyMap<string, string> = new Map()): ReadonlyArray<string> =>
  nameCommand(command, scripts, isRoot).telling.map(({ key }) => key)

describe("nameCommand", () => {
  it("cuts what only trims or reports the output", () => {
    assert.strictEqual(shown("npm test --silent 2>&1 | tail -40; exit ${PIPESTATUS[0]}"), "npm test --silent")
    assert.strictEqual(shown("set -o pipefail; cargo test 2>&1 | tee log.txt | grep -v warning"), "cargo test")
    assert.strictEqual(shown('pytest > out.log 2>&1; echo "exit $?"'), "pytest")
  })

  it("cuts looking around beside a command that does something", () => {
    assert.strictEqual(shown("ls -la && cat a.py && python3 -m unittest -v 2>&1 | tail -20"), "python3 -m unittest -v")
    assert.strictEqual(shown("npm test; git status --short"), "npm test")
  })

  it("keeps a pipe that is part of what is done", () => {
    assert.strictEqual(shown("cat rows.sql | sqlite3 shop.db"), "cat rows.sql | sqlite3 shop.db")
    assert.strictEqual(shown("sort a.txt | uniq -c"), "sort a.txt | uniq -c")
  })

  it("keeps a change with the check behind it", () => {
    assert.strictEqual(shown("git mv a.js b.js && node --test | tail -3"), "git mv a.js b.js && node --test")
  })

  it("drops a change into the project's own directory and keeps any other", () => {
    assert.strictEqual(shown("cd /p && npm test"), "npm test")
    assert.strictEqual(shown("cd web && npm test"), "cd web && npm test")
    assert.deepStrictEqual(keys("cd web && npm test"), ["npm test @web"])
  })

  it("keeps the environment that a command needs", () => {
    const { telling } = nameCommand("source .venv/bin/activate && pytest -q", new Map(), isRoot)
    assert.strictEqual(telling[0]?.text, "source .venv/bin/activate && pytest -q")
    assert.strictEqual(shown("set -a; . ./.env; set +a; npm run deploy"), "set -a; . ./.env; set +a; npm run deploy")
    assert.strictEqual(shown("set -euo pipefail; npm test"), "npm test")
  })

  it("gives one key to one check, however it is spelled", () => {
    assert.deepStrictEqual(keys("python3 -m unittest -v"), keys("python -m unittest discover"))
    assert.deepStrictEqual(keys("npx eslint . --fix"), keys("eslint ."))
    assert.deepStrictEqual(keys("npm run test"), keys("npm test --silent"))
    assert.notDeepEqual(keys("pytest tests/a.py"), keys("pytest"))
  })

  it("knows a package script by the command behind it", () => {
    assert.deepStrictEqual(keys("npm test", new Map([["test", "node --test"]])), ["node --test"])
    assert.deepStrictEqual(keys("npm test", new Map([["test", "eslint . && vitest"]])), ["npm test"])
  })

  it("takes two scripts that use the same modules for one", () => {
    const script = (body: string): string => `python3 - <<'PY'\nimport shop\n${body}\nPY`
    assert.deepStrictEqual(keys(script("print(1)")), keys(script("print(shop.total())")))
  })
})
