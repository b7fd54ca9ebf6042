import { assert, describe, it } from "@effect/vitest"
import { actionsIn } from "../../../src/domain/evidence/ActionsInText.js"
import { commandOriginsOf, isTraced, isTracedCode } from "../../../src/domain/evidence/CommandOrigins.js"
import { nonEmpty } from "../../support/nonEmpty.js"

const origins = commandOriginsOf(
  [
    { command: "cd web && pnpm lint && pnpm test 2>&1 | tail -20", hasPassed: true },
    { command: "rg -n 'canary deploy --prod' .", hasPassed: true },
    { command: "echo https://canary.test/echoed", hasPassed: true },
    { command: "curl -s https://docs.example/start?page=2", hasPassed: true },
    { command: "CI=1 cargo test --all", hasPassed: true },
    { command: "kubectl apply -f pier.yaml --dry-run=client", hasPassed: true },
    { command: "npm run watch", hasPassed: false },
    { command: "grep -rn ferry .", hasPassed: false },
    { command: 'git commit -m "Open the pier"', hasPassed: undefined }
  ],
  [
    "please run `make pier` first, and never run `make sink`. See https://typed.example/a",
    "テストは必ず bun test で実行してください"
  ],
  ["listening on http://localhost:8080/health, see https://canary.test/printed"]
)

describe("origins of commands", () => {
  const traced: ReadonlyArray<readonly [name: string, line: string]> = [
    ["a command of a chain", "`pnpm lint` passes"],
    ["the chain in another order", "`pnpm test && pnpm lint`"],
    ["a command before a filter of its output", "`pnpm test`"],
    ["a command with other quotation marks", "`git commit -m 'Open the pier'`"],
    ["a command with a placeholder", '`git commit -m "<message>"`'],
    ["the beginning of a command", "`cargo test`"],
    ["a setting that was given", "`CI=1 cargo test --all`"],
    ["a command that the user typed", "`make pier` comes first"],
    ["a command that the user typed between Japanese words", "`bun test`"],
    ["a URL that was opened", "see https://docs.example/start?page=2."],
    ["a URL that the user typed", "see https://typed.example/a"],
    ["an address of this machine", "it answers at http://localhost:3000"],
    ["a URL of this machine that a server printed", "it answers at http://localhost:8080/health"],
    ["a search that found nothing", "`grep -rn ferry .` lists the names"],
    ["a failing command that is told to fail", "`npm run watch` fails with `sh: watch: not found`"],
    ["a failing command that is told to fail in Japanese", "`npm run watch` は失敗する"],
    ["a line of output", "`test result: ok. 5 passed; 0 failed`"],
    ["a line of output with an option in it", "`error: unexpected argument --canary found`"],
    ["a line of code", "`return (a - 32) * 5`"],
    ["a path", "`src/pier/index.ts`"],
    ["words of another script beside Latin ones", "`pnpm lint` проверяет CSV-файл и Δt"],
    ["full-width punctuation", "`pnpm lint`（main），完成"],
    ["prose about a program", "the npm workspace and the docker image are small"]
  ]
  for (const [name, line] of nonEmpty(traced)) {
    it(`a line may stand with ${name}`, () => {
      assert.isTrue(isTraced(line, false, origins), JSON.stringify(actionsIn(line)))
    })
  }

  const untraced: ReadonlyArray<readonly [name: string, line: string]> = [
    ["a command that was only searched for", "`canary deploy --prod` works"],
    ["a command that nobody ran", "`cargo install canary`"],
    ["a command that nobody ran, in prose", "first run cargo install canary once"],
    ["a command that nobody ran, between Japanese words", "最初に bunx canary --all を実行する"],
    ["an unknown command behind a known one", "`pnpm lint && canary --all`"],
    ["further words", "`pnpm test --canary`"],
    ["an option that nobody gave", "push with --force"],
    ["a setting that nobody gave", "`CANARY=1 cargo test --all`"],
    ["the beginning of a command that a later option held back", "`kubectl apply -f pier.yaml`"],
    ["a command that the user forbade", "`make sink`"],
    ["a command that only failed", "`npm run watch` builds the styles"],
    ["a URL that nobody opened", "[guide](https://canary.test/start)"],
    ["a URL that was only printed", "https://canary.test/echoed"],
    ["a URL that a server printed, of another machine", "see https://canary.test/printed"],
    ["a path of this machine that nobody opened", "call http://localhost:8080/reset"],
    ["a command with a letter of another script in it", "`pnpm lint` and `pnpm tеst`"],
    ["a program with a letter of another script in its name, in prose", "then run рnpm lint"],
    ["a full-width option", "`pnpm lint －－canary`"],
    ["a command with a hidden character in it", "`pn\u200bpm lint`"],
    ["a URL that begins like an opened one", "https://docs.example/start?page=21"]
  ]
  for (const [name, line] of nonEmpty(untraced)) {
    it(`a line may not stand with ${name}`, () => {
      assert.isFalse(isTraced(line, false, origins), JSON.stringify(actionsIn(line)))
    })
  }

  it("each line of a fenced block needs an origin, but comments and code do not", () => {
    const kept = ["# check", "", "$ pnpm lint", "pnpm test # the tests", "canary --all", "const pier = 1"].map((line) =>
      isTracedCode(line, false, false, origins)
    )
    assert.deepStrictEqual(
      kept,
      [true, true, true, true, true, true].map((_, index) => index !== 4)
    )
    assert.isFalse(isTracedCode("canary", true, false, origins), "every line of a shell block is a command")
  })
})
