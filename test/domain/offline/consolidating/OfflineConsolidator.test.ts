import { assert, describe, it } from "@effect/vitest"
import { redact } from "../../../../src/domain/privacy/Redaction.js"
import * as fc from "effect/FastCheck"
import { unknownCitations } from "../../../../src/domain/memory/Citation.js"
import { wrongFrontMatter } from "../../../../src/domain/memory/FrontMatter.js"
import { consolidate } from "../../../../src/domain/offline/consolidating/OfflineConsolidator.js"
import { projectFacts } from "../../../../src/domain/offline/consolidating/MergeFacts.js"
import { factsFromTrace } from "../../../../src/domain/offline/importing/FactsFromTrace.js"
import { extractFacts } from "../../../../src/domain/offline/writing/SessionFacts.js"
import type { SessionFact } from "../../../../src/domain/facts/Fact.js"
import type { KnownFact } from "../../../../src/domain/facts/ProjectFacts.js"
import { missingLines, noEdits, type PersonEdits } from "../../../../src/domain/memory/PersonEdits.js"
import { extractTrace } from "../../../../src/domain/offline/writing/OfflineExtractor.js"
import {
  aborted,
  added,
  asked,
  cwd,
  edited,
  ended,
  eventsOf,
  type Part,
  ran,
  ranSo,
  said,
  started
} from "../MadeSession.js"
import { nonEmpty } from "../../../support/nonEmpty.js"

const idOf = (number: number): string => `0190000${number}-aaaa-7000-8000-00000000000${number}`

/** A session: its facts, or the trace memory that is all that is left of it. */
type Session = ReadonlyArray<SessionFact> | string

/** The facts of sessions that are given newest first; the newest has the highest number. */
const inputs = (sessions: ReadonlyArray<Session>): ReadonlyArray<KnownFact> =>
  sessions.flatMap((session, index) => {
    const threadId = idOf(sessions.length - index)
    const facts = typeof session === "string" ? factsFromTrace(threadId, session) : session
    return facts.map((fact) => ({ ...fact, threadId }))
  })

const filesOf = (sessions: ReadonlyArray<Session>, edits: PersonEdits = noEdits, maxBytes = 200_000) =>
  consolidate({
    maxBytes,
    project: "shop",
    threadIds: sessions.map((_, index) => idOf(sessions.length - index)),
    facts: projectFacts(inputs(sessions)),
    edits
  })

const memoryOf = (sessions: ReadonlyArray<Session>, edits: PersonEdits = noEdits): string =>
  filesOf(sessions, edits)[0]?.text ?? ""

const trace = (...parts: ReadonlyArray<Part>): ReadonlyArray<SessionFact> =>
  extractFacts(cwd, { events: eventsOf(...parts), finished: true })
const wish = (text: string): ReadonlyArray<SessionFact> => trace(asked(text), said("Understood."), ended)
const gate = (...parts: ReadonlyArray<Part>): ReadonlyArray<SessionFact> =>
  trace(
    asked("make all checks pass"),
    edited("src/cart.ts"),
    ran("npm run lint", 0, ""),
    ran("npx tsc --noEmit", 0, ""),
    ran("npm test", 0, "# pass 12\n# fail 0"),
    ...parts,
    ended
  )

const sectionsOf = (memory: string): ReadonlyArray<string> =>
  memory.split("\n").filter((line) => line.startsWith("## "))
const bulletsOf = (memory: string): ReadonlyArray<string> => memory.split("\n").filter((line) => line.startsWith("- "))

const brokenBuild = trace(
  asked("why does the build fail?"),
  ran("npm run build", 1, "src/a.ts(1,1): error TS1005: ';' expected."),
  said("A semicolon is missing."),
  ended
)
const fixedBuild = trace(
  asked("fix the build"),
  ran("npm run build", 1, "src/a.ts(1,1): error TS1005: ';' expected."),
  edited("src/a.ts"),
  ran("npm run build", 0, "compiled successfully"),
  said("The semicolon after the import in `src/a.ts` was missing."),
  ended
)

describe("consolidate", () => {
  it("MEMORY.md lists what works, failures with fixes, and open items, each with citations", () => {
    const secrets = trace(
      asked(redact(`deploy it with AWS_SECRET_ACCESS_KEY=${"a1b2c3d4e5f6g7h8"}\nI prefer tabs over spaces`)),
      edited("deploy/env.sample"),
      said("I added empty placeholders to `deploy/env.sample`. I did not write the values to any file."),
      ended
    )
    assert.strictEqual(
      memoryOf([secrets, fixedBuild]),
      `# Memory: shop

## What the user wants
- "I prefer tabs over spaces" [01900002-aaaa…]

## What works here
- Build: \`npm run build\` [01900001-aaaa…]

## Known failures and their fixes
- \`src/a.ts(1,1): error TS1005: ';' expected.\`: fixed by editing \`src/a.ts\` ("The semicolon after the import in \`src/a.ts\` was missing"); verified by \`npm run build\` [01900001-aaaa…]

## Where things are
- \`deploy/env.sample\`: added empty placeholders; did not write the values to any file [01900002-aaaa…]

## Open
- A user pasted into a session what looks like AWS keys: rotate what was pasted [01900002-aaaa…]
`
    )
  })

  it("sessions without any fact give one line, and no sessions give none", () => {
    const text = memoryOf([trace(asked("what is a monad?"), said("A monoid."), ended)])
    assert.deepStrictEqual(sectionsOf(text), [])
    assert.match(text, /^# Memory: shop\n\nThe sessions so far left nothing that a later one could use\. \[\S+\]\n$/)
    assert.strictEqual(memoryOf([]), "# Memory: shop\n")
  })

  it("a fact of several sessions is published once and cites the newest three", () => {
    const text = memoryOf([gate(), gate(), gate(), gate()])
    assert.deepStrictEqual(
      bulletsOf(text).filter((line) => line.includes("npm test`") && line.startsWith("- Run")),
      ["- Run the tests: `npm test` [01900004-aaaa…, 01900003-aaaa…, 01900002-aaaa…]"]
    )
  })

  it("acts outside the working copy in traces of earlier versions and of models are not published", () => {
    const noted = `# The release went out

## Task: release
Outcome: success
Key steps:
- \`npm test\` passed (L4)
- \`npm publish --access public\` passed (L6)
- \`git push\` passed (L8)
Things that did not work / things that can be improved:
- \`gh release create v1.2.0\` failed (exit 1): \`HTTP 422: Validation Failed\` (L10)
- open: \`npm run deploy\` failed (exit 1): \`Error: no token\` (L12)
Reusable knowledge:
- run the tests: \`npm test\`
- worked here: \`gh pr merge 38 --squash\`
- worked here: \`cd site && vercel --prod\`
- \`gh pr comment 38 --body done\` tells the reviewers
- run the program: \`make deploy\`
- \`error: failed to push some refs\`: fixed by \`git pull --rebase\`; verified by \`git push\`
- \`Error: 404 on /cart\`: fixed by \`npm run deploy\`; verified by \`npm run test:site\`
- dry run: \`npm publish --dry-run\`
Pointers and references (annotate why each item matters):
- \`scripts/release.sh\`: builds and tags
`
    const files = filesOf([noted, noted, noted])
    const text = files.map((file) => file.text).join("\n")
    for (const act of ["gh ", "git push", "npm run deploy", "make deploy", "vercel", "npm publish --access"]) {
      assert.notInclude(text, act)
    }
    assert.include(text, "- Run the tests: `npm test`")
    assert.include(text, "- Dry run: `npm publish --dry-run`")
    assert.include(text, "- `error: failed to push some refs`: fixed by `git pull --rebase` [")
    assert.include(text, "- `scripts/release.sh`: builds and tags")
  })

  it("spellings of one check are merged into the one that most sessions used", () => {
    const tests = (command: string) =>
      trace(asked("run the tests"), ran(command, 0, "Ran 4 tests in 0.1s\n\nOK"), ended)
    assert.include(
      memoryOf([tests("python3 -m unittest discover -v"), tests("python3 -m unittest"), tests("python3 -m unittest")]),
      "- Run the tests: `python3 -m unittest` [01900003-aaaa…, 01900002-aaaa…, 01900001-aaaa…]"
    )
  })

  it("a package script and its command are one check", () => {
    const behind = trace(
      asked("run the tests"),
      ran("cat package.json", 0, `{"scripts":{"test":"node --test"}}`),
      ran("node --test", 0, "# pass 2\n# fail 0"),
      ended
    )
    const script = trace(asked("run the tests"), ran("npm test", 0, "# pass 2\n# fail 0"), ended)
    assert.strictEqual(bulletsOf(memoryOf([behind, script])).length, 1)
  })

  it("a check has the same spelling in all sections", () => {
    const wrong = "AssertionError: 3 != 4"
    const fixed = trace(
      asked("fix the sum"),
      ran("python3 -m unittest -v", 1, `${wrong}\nFAILED (failures=1)`),
      edited("sum.py"),
      ran("python3 -m unittest -v", 0, "Ran 4 tests in 0.1s\n\nOK"),
      ended
    )
    const tests = trace(asked("run the tests"), ran("python3 -m unittest", 0, "Ran 4 tests in 0.1s\n\nOK"), ended)
    assert.deepStrictEqual(bulletsOf(memoryOf([tests, fixed])), [
      "- Run the tests: `python3 -m unittest` [01900002-aaaa…, 01900001-aaaa…]",
      `- \`${wrong}\`: fixed by editing \`sum.py\`; verified by \`python3 -m unittest\` [01900001-aaaa…]`
    ])
  })

  it("a clause in any language is a wish once it was said beside two different requests", () => {
    const beside = (request: string) =>
      trace(asked(`${request} Gebruik overal de huisstijl van het bedrijf.`), said("Klaar."), ended)
    const line = '- "Gebruik overal de huisstijl van het bedrijf"'
    assert.include(memoryOf([beside("Voeg een knop toe."), beside("Maak de tabel breder.")]), line)
    assert.notInclude(memoryOf([beside("Voeg een knop toe.")]), line)
    assert.notInclude(memoryOf([beside("Voeg een knop toe."), beside("Voeg een knop toe.")]), line)
  })

  it("a plain request is no wish, however often it is repeated", () => {
    const sessions = ["Fix the parser.", "Rename the module.", "Speed up the build."].map((request) =>
      trace(
        asked(`${request} Run the tests.`),
        said("Done."),
        ended,
        asked("continue"),
        ended,
        asked("commit it"),
        ended
      )
    )
    assert.notInclude(memoryOf(sessions), "## What the user wants")
  })

  it("a wider run that a wish rules out gives way to the run that the wish names", () => {
    const all = trace(asked("run the tests"), ran("uv run pytest -q", 0, "60 passed in 900s"), ended)
    const fast = trace(
      asked("Always use `uv run pytest -m fast`, never the whole suite. Check the import."),
      ran("uv run pytest -m fast", 0, "54 passed in 2s"),
      ended
    )
    assert.include(memoryOf([fast, all]), "`uv run pytest -m fast` [")
    assert.notInclude(memoryOf([fast, all]), "`uv run pytest -q`")
    const both = trace(
      asked("Use `uv run pytest -m fast` while you work; everything only before you finish."),
      ran("uv run pytest -m fast", 0, "54 passed in 2s"),
      ended
    )
    assert.include(memoryOf([both, all]), "`uv run pytest -q`")
  })

  it("a wish that is said with its reason is the same wish", () => {
    const memory = memoryOf([
      wish("Don't touch the vendor directory, it comes from outside"),
      wish("Don't touch the vendor directory")
    ])
    assert.strictEqual(bulletsOf(memory).filter((line) => line.includes("vendor directory")).length, 1)
  })

  it("a look is published, by its file, if two sessions took it, and not if one did", () => {
    const look = (request: string, command: string) =>
      trace(asked(request), ran(command, 0, "200 7"), said("7."), ended)
    const count = "cut -d' ' -f9 logs/access.log | sort | uniq -c"
    const once = look("which routes are slow?", "sort -k7 logs/slow.log | uniq -c")
    assert.deepStrictEqual(
      bulletsOf(memoryOf([look("count them once more", count), once, look("count the statuses", count)])),
      [`- Look into \`logs/access.log\`: \`${count}\` [01900003-aaaa…, 01900001-aaaa…]`]
    )
  })

  it("any code that the extractor labels as a command is published as one", () => {
    const text = memoryOf([
      trace(
        asked("check the feed"),
        ran("feedcheck --strict dist/feed.xml", 1, "error: bad"),
        edited("src/feed.ts"),
        ran("feedcheck --strict dist/feed.xml", 0, "fine"),
        ended
      )
    ])
    assert.include(text, "## What works here\n- Worked here: `feedcheck --strict dist/feed.xml` [")
    assert.notInclude(text, "## Where things are")
  })

  it("tests that are part of wider tests are left out", () => {
    const tests = (command: string) => trace(asked("run the tests"), ran(command, 0, "12 passed in 0.3s"), ended)
    assert.deepStrictEqual(bulletsOf(memoryOf([tests("pytest -q"), tests("pytest -q tests")])), [
      "- Run the tests: `pytest -q` [01900002-aaaa…]"
    ])
  })

  it("tests of one directory are left out if a run of all tests is known", () => {
    const tests = (command: string) =>
      trace(asked("run the tests"), ran(command, 0, "ok  shop/internal/cart  0.4s"), ended)
    assert.deepStrictEqual(bulletsOf(memoryOf([tests("go test ./internal/cart/ -count=20"), tests("go test ./...")])), [
      "- Run the tests: `go test ./...` [01900001-aaaa…]"
    ])
  })

  it("a command gives way to a newer one that does the same with other options or another package tool", () => {
    const checks = (...commands: ReadonlyArray<string>) =>
      trace(asked("check it"), ...commands.map((command) => ran(command, 0, "ok  shop/cart  0.4s")), ended)
    const listed = (...sessions: ReadonlyArray<Session>) =>
      bulletsOf(memoryOf(sessions)).map((line) => /`([^`]*)`/.exec(line)?.[1])
    assert.deepStrictEqual(
      listed(checks("go test ./cart", "go test -count=1 -run 'TestSum' ./cart", "go test -race -count=1 ./cart")),
      ["go test -race -count=1 ./cart"]
    )
    assert.deepStrictEqual(listed(checks("pnpm build"), checks("npm run build")), ["pnpm build"])
    assert.deepStrictEqual(listed(checks("npx eslint src --max-warnings=0"), checks("npx eslint src")), [
      "npx eslint src --max-warnings=0"
    ])
    assert.deepStrictEqual(
      listed(checks("npm run build --workspace=web", "npm run build --workspace=api", "npm run lint")).length,
      3
    )
    // One run in another way supersedes nothing that several sessions do.
    assert.strictEqual(
      listed(checks("go build -race ./..."), checks("go build ./..."), checks("go build ./...")).length,
      2
    )
  })

  it("a loop over a command is no command that works", () => {
    const looped = trace(
      asked("is the test flaky?"),
      ran("for i in 1 2 3; do npx bats test/cart.bats || exit; done", 0, "ok 1 sums up"),
      ran("npx bats test/cart.bats", 0, "ok 1 sums up"),
      ended
    )
    assert.deepStrictEqual(bulletsOf(memoryOf([looped])), [
      "- Run these tests: `npx bats test/cart.bats` [01900001-aaaa…]"
    ])
  })

  it("commands that run some tests are listed twice for a program, those that run the most and the newest first", () => {
    const tests = (command: string) => trace(asked("run the tests"), ran(command, 0, "ok  shop/cart  0.4s"), ended)
    const listed = bulletsOf(
      memoryOf([
        tests("go test ./cart -run TestPay"),
        tests("go test ./cart"),
        tests("go test ./till"),
        tests("go test ./shelf")
      ])
    )
    assert.deepStrictEqual(listed, [
      "- Run these tests: `go test ./cart` [01900003-aaaa…]",
      "- Run these tests: `go test ./till` [01900002-aaaa…]"
    ])
  })

  it("a limit of the machine is told with the way around it that some session found", () => {
    const failed = ran("mise run test:bats -- test/ebb.bats", 1, "exec-suite: line 3: parallel: command not found")
    const found = ran("vendor/bin/bats test/ebb.bats", 0, "ok 1 ebb")
    const text = memoryOf([
      trace(asked("run them"), failed, found, ended),
      trace(asked("run them again"), failed, ended)
    ])
    assert.match(text, /- `parallel` does not work here: .*; `vendor\/bin\/bats test\/ebb\.bats` passes \[/)
  })

  it("a program is listed once for each of its uses, whatever the options", () => {
    const run = (command: string) => trace(asked("render it"), ran(command, 0, "done"), ended)
    assert.deepStrictEqual(
      bulletsOf(
        memoryOf([
          run("python3 -m shop.cli render --theme dark --output a.svg"),
          run("python3 -m shop.cli render --theme light"),
          run("python3 -m shop.cli serve")
        ])
      ),
      [
        "- Run the program: `python3 -m shop.cli render --theme light` [01900003-aaaa…, 01900002-aaaa…]",
        "- Run the program: `python3 -m shop.cli serve` [01900001-aaaa…]"
      ]
    )
  })

  it("a remark on a file that its failure already contains is left out", () => {
    const text = memoryOf([
      trace(
        asked("the times are off"),
        ran("npm test", 1, "AssertionError: '04:12' == '05:12'"),
        edited("src/clock.js"),
        ran("npm test", 0, "# pass 3"),
        said("`src/clock.js` never converted the times to UTC. It only accepts dates with a zone now."),
        ended
      )
    ])
    assert.include(text, '("`src/clock.js` never converted the times to UTC"); verified by `npm test`')
    assert.include(text, "- `src/clock.js`: it only accepts dates with a zone now [")
  })

  it("a remark on a file leaves out praise of the checks and work that was not needed", () => {
    const remark = (text: string) =>
      bulletsOf(memoryOf([trace(asked("fix the depth"), edited("src/depth.rs"), said(text), ended)]))
    for (const text of [
      "It builds again: `Depth(3)` in `src/depth.rs` is a float now, and all 21 tests pass.",
      "`Depth(3)` is a float now in `src/depth.rs`; all checks are green. I did not need a new crate."
    ]) {
      assert.match(remark(text)[0] ?? "", /^- `src\/depth.rs`: `Depth\(3\)` is a float now \[/)
    }
  })

  const listedCommands = (...sessions: ReadonlyArray<Session>) =>
    bulletsOf(memoryOf(sessions)).flatMap((line) => /: `([^`]*)`/.exec(line)?.[1] ?? [])
  const checksOf = (...commands: ReadonlyArray<string>) =>
    trace(asked("check it"), ...commands.map((command) => ran(command, 0, "ok  shop/cart  0.4s")), ended)

  it("a command with another product hides no older one, and a command that reports otherwise does", () => {
    const both = ([older, newer]: readonly [string, string]) =>
      listedCommands(checksOf(newer), checksOf(older)).toSorted()
    const differ = [
      ["cargo build", "cargo build --release"],
      ["cargo build", "cargo build -r"],
      ["cargo build", "cargo build --all-features"],
      ["cargo build", "cargo build --target wasm32-wasip1"],
      ["cargo build", "cargo build --profile bench"],
      ["npx tsc -p app", "npx tsc -p app --watch"],
      ["npx vite build", "npx vite build --mode staging"],
      ["cmake --build out", "cmake --build out --config Release"],
      ["mvn package", "mvn package -Pnative"],
      ["npx eslint src", "npx eslint src --write"]
    ] as const
    assert.deepStrictEqual(
      differ.map(both),
      differ.map((commands) => commands.toSorted())
    )
    const same = [
      ["cargo build", "cargo build --locked"],
      ["cargo build", "cargo build --timings"],
      ["npx tsc -p app", "npx tsc -p app --extendedDiagnostics"],
      ["go build ./...", "go build -v ./..."]
    ] as const
    assert.deepStrictEqual(
      same.map((commands) => both(commands).length),
      same.map(() => 1)
    )
  })

  it("a test that gave way to a newer one leaves its room to a test of something else", () => {
    const listed = listedCommands(
      checksOf("go test ./cart", "go test -v -count=1 ./cart", "go test -count=1 ./berth", "go test -count=1 ./tide")
    )
    assert.deepStrictEqual(listed, ["go test -v -count=1 ./cart", "go test -count=1 ./berth"])
  })

  it("a newer wish wins, and the older one is marked as superseded", () => {
    assert.deepStrictEqual(
      bulletsOf(
        memoryOf([wish("I prefer spaces over tabs"), wish("please no summaries"), wish("I prefer tabs over spaces")])
      ),
      [
        '- "I prefer spaces over tabs" (newer; superseded: "I prefer tabs over spaces") [01900003-aaaa…, 01900001-aaaa…]',
        '- "please no summaries" [01900002-aaaa…]'
      ]
    )
  })

  it("an open failure is dropped if a newer session resolved it, and kept if it occurred later", () => {
    assert.notInclude(memoryOf([fixedBuild, brokenBuild]), "## Open")
    const broken = memoryOf([brokenBuild, fixedBuild])
    assert.include(broken, "## Open")
    assert.notInclude(broken, "## What works here")
  })

  it("a finding is dropped once its session or a newer one edited the file, and kept if the edit is older", () => {
    const claim = "The total in `src/cart.ts:12` leaves out the postage of large orders."
    const review = trace(asked("review the cart"), ran("cat src/cart.ts", 0, "total"), said(claim), ended)
    const change = trace(asked("add the postage"), edited("src/cart.ts"), said("Done."), ended)
    assert.include(memoryOf([review]), "leaves out the postage")
    assert.include(memoryOf([review, change]), "leaves out the postage")
    assert.notInclude(memoryOf([change, review]), "leaves out the postage")
  })

  it("a command is no command that works if its script was deleted later, or if it needs a variable", () => {
    const tried = (command: string, ...after: ReadonlyArray<Part>) =>
      memoryOf([trace(asked("try it"), added("scripts/try.mjs"), ran(command, 0, "# pass 4"), ...after, ended)])
    const remove = ran("rm scripts/try.mjs", 0, "")
    assert.include(tried("node scripts/try.mjs"), "`node scripts/try.mjs`")
    assert.notInclude(tried("node scripts/try.mjs", remove), "`node scripts/try.mjs`")
    assert.include(tried("node scripts/try.mjs", remove, added("scripts/try.mjs")), "`node scripts/try.mjs`")
    assert.notInclude(tried('cd "$tmpdir" && npm test'), "npm test")
  })

  it("a failure in a temporary place is no open end", () => {
    const failing = (command: string) =>
      trace(asked("try the build"), ran(command, 1, "error TS1005: ';' expected."), said("It fails."), ended)
    assert.include(memoryOf([failing("npx tsc -p packages/web")]), "## Open")
    assert.notInclude(memoryOf([failing("npx tsc -p /tmp/try/tsconfig.json")]), "## Open")
    assert.notInclude(memoryOf([failing('npx tsc -p "$tmpdir/tsconfig.json"')]), "## Open")
  })

  it("an open failure of tests is dropped when a run of all tests passes later, and not when other tests pass", () => {
    const failing = trace(
      asked("run the cart's tests"),
      ran("npx vitest run test/cart.test.ts", 1, "FAIL test/cart.test.ts > adds\nAssertionError: expected 1 to be 2"),
      said("One test fails."),
      ended
    )
    const passing = (command: string) =>
      trace(asked("run the tests"), ran(command, 0, "Tests  4 passed (4)"), said("They pass."), ended)
    assert.include(memoryOf([failing]), "## Open")
    assert.notInclude(memoryOf([passing("npm test"), failing]), "## Open")
    assert.include(memoryOf([passing("npx vitest run test/user.test.ts"), failing]), "## Open")
    assert.include(memoryOf([failing, passing("npm test")]), "## Open")
  })

  it("unfinished work is listed with the open steps of its plan", () => {
    const { traceMemory } = extractTrace(
      { cwd, gitBranch: undefined, gitSha: undefined },
      {
        events: eventsOf(asked("sort the rows"), edited("rows.js")),
        finished: false,
        plan: { line: 2, left: ["Test"] }
      }
    )
    assert.deepStrictEqual(bulletsOf(memoryOf([traceMemory])), [
      "- Edited: `rows.js` [01900001-aaaa…]",
      '- Unfinished: "sort the rows"; the plan had left: "Test" [01900001-aaaa…]'
    ])
  })

  it("unfinished work quotes the user's last request and the command that was under way", () => {
    const events = eventsOf(
      asked("fill out the page about tides"),
      edited("docs/tides.md"),
      said("The page is filled out."),
      ended,
      asked("commit"),
      started('git commit -m "Add tides"')
    )
    const line =
      '- Unfinished: "commit", asked after "fill out the page about tides"; no result of `git commit -m "Add tides"` is recorded [01900001-aaaa…]'
    const { traceMemory } = extractTrace({ cwd, gitBranch: undefined, gitSha: undefined }, { events, finished: false })
    const facts = extractFacts(cwd, { events, finished: false })
    assert.include(bulletsOf(memoryOf([traceMemory])), line)
    assert.include(bulletsOf(memoryOf([facts])), line)
  })

  it("an open failure of some tests is dropped when all tests pass later, but not in another directory", () => {
    const one = trace(
      asked("run it"),
      ran("pytest -q tests/test_a.py", 1, "FAILED tests/test_a.py::test_x - assert 2"),
      ended
    )
    const all = (directory?: string) =>
      trace(asked("run all tests"), ran("pytest -q", 0, "13 passed", directory), ended)
    assert.notInclude(memoryOf([all(), one]), "## Open")
    assert.include(memoryOf([all(`${cwd}/web`), one]), "## Open")
    assert.include(memoryOf([one, all()]), "## Open")
  })

  it("work that ended because the user did not allow its last command is not unfinished", () => {
    const stopped = (end: { end?: "refused"; exitCode?: number }) =>
      memoryOf([trace(asked("install the release tools"), edited("a.sh"), ranSo("./a.sh", "", end), aborted)])
    assert.include(stopped({ exitCode: 0 }), "Unfinished")
    assert.notInclude(stopped({ end: "refused" }), "Unfinished")
  })

  it("edited files are listed with those of a fix, and as the most edited ones only if the list is cut", () => {
    const edits = trace(asked("mend the total"), edited("src/b.ts"), said("Done."), ended)
    assert.match(memoryOf([edits, fixedBuild]), /- Edited: `src\/b\.ts`, `src\/a\.ts`/)
    assert.notInclude(memoryOf([fixedBuild]), "- Edited")
    assert.include(memoryOf([gate(edited("src/b.ts"))]), "- Edited: `src/cart.ts`, `src/b.ts`")
    const many = Array.from({ length: 30 }, (_, index) => `src/part${index}.ts`)
    assert.include(memoryOf([gate(edited(...many))]), "- Edited most: `src/cart.ts`")
  })

  it("unfinished work is dropped if a newer session finished it", () => {
    const left = trace(asked("migrate the shop to postgres"), edited("db.py"), aborted)
    const done = trace(
      asked("migrate the shop to postgres now"),
      edited("db.py"),
      ran("pytest", 0, "3 passed in 1s"),
      ended
    )
    assert.include(memoryOf([left]), '- Unfinished: "migrate the shop to postgres"')
    assert.notInclude(memoryOf([done, left]), "Unfinished")
  })

  it("lines of a language model are taken unless they are general", () => {
    const text = memoryOf([
      `# Stabilised the checkout tests
Trace context: shop
User preferences:
- Wants one commit per fix

## Task: Stabilise
Outcome: success
Key steps:
- \`pnpm vitest run\` passed (48 tests)
Things that did not work / things that can be improved:
- \`vi.useFakeTimers()\` alone hung on \`fetch\`; fixed by \`{ toFake: ["Date"] }\`
- Open: CI still runs on Node 18
Reusable knowledge:
- Run all tests with \`pnpm vitest run\` (needs \`docker compose up -d db\`)
- Always write clean code
Pointers and references (annotate why each item matters):
- \`test/support/clock.ts\` - the fake clock of every test that depends on time [01900009-aaaa…]`
    ])
    assert.strictEqual(
      text,
      `# Memory: shop

## What the user wants
- Wants one commit per fix [01900001-aaaa…]

## What works here
- Run all tests with \`pnpm vitest run\` (needs \`docker compose up -d db\`) [01900001-aaaa…]

## Known failures and their fixes
- \`vi.useFakeTimers()\` alone hung on \`fetch\`; fixed by \`{ toFake: ["Date"] }\` [01900001-aaaa…]

## Where things are
- \`test/support/clock.ts\`: the fake clock of every test that depends on time [01900001-aaaa…]

## Open
- CI still runs on Node 18 [01900001-aaaa…]
`
    )
  })

  describe("skills", () => {
    it("a skill is made of commands that passed in the same order in three sessions", () => {
      const [memory, skill] = filesOf([gate(), gate(asked("thanks")), gate()])
      assert.strictEqual(
        skill?.text,
        `---
name: npm-lint-tsc-npm-test
description: "Run npm run lint, npx tsc --noEmit and npm test in this order in shop; it passed in 3 sessions."
---

# npm run lint, npx tsc --noEmit and npm test

1. \`npm run lint\` [01900003-aaaa…, 01900002-aaaa…, 01900001-aaaa…]
2. \`npx tsc --noEmit\` [01900003-aaaa…, 01900002-aaaa…, 01900001-aaaa…]
3. \`npm test\` [01900003-aaaa…, 01900002-aaaa…, 01900001-aaaa…]
`
      )
      assert.strictEqual(skill?.path, "skills/npm-lint-tsc-npm-test/SKILL.md")
      assert.include(memory?.text ?? "", "see `skills/npm-lint-tsc-npm-test/SKILL.md`")
    })

    it("no skill is made from two sessions, nor from commands that failed", () => {
      assert.strictEqual(filesOf([gate(), gate()]).length, 1)
      const failing = trace(asked("check"), ran("npm run lint", 1, "error: bad"), ran("npm test", 1, "# fail 1"), ended)
      assert.strictEqual(filesOf([failing, failing, failing]).length, 1)
    })

    it("a procedure has no step with an effect outside the working copy, and none that only its session could run", () => {
      const release = trace(
        asked("release it"),
        ran("npm test", 0, "# pass 12\n# fail 0"),
        ran("git commit -am release", 0, ""),
        ran("git push origin main --force", 0, ""),
        ran("npm publish", 0, ""),
        ended
      )
      assert.lengthOf(filesOf([release, release, release]), 1)
      const scratch = trace(
        asked("generate it"),
        ran("mktemp -d", 0, "/tmp/x"),
        ran("python3 /tmp/x/gen.py", 0, ""),
        ended
      )
      assert.lengthOf(filesOf([scratch, scratch, scratch]), 1)
    })

    it("the front matter of a skill is valid", () => {
      for (const file of nonEmpty(filesOf([gate(), gate(), gate()]).slice(1))) {
        assert.isUndefined(wrongFrontMatter(file.text, file.path.split("/")[1] ?? ""))
      }
    })
  })

  describe("corrections of people", () => {
    it("a correction is told word for word, also where a newer session says the same in other words", () => {
      const correctedWith = (sessions: ReadonlyArray<Session>, text: string) => {
        const facts = inputs(sessions).map((fact) =>
          fact.threadId === idOf(1) && fact.content._tag === "Wish" ? { ...fact, text, isCorrected: true } : fact
        )
        return projectFacts(facts).wants.map((line) => line.text)
      }
      assert.deepStrictEqual(correctedWith([wish("always use pnpm")], "pnpm, and nothing else 🦩"), [
        "pnpm, and nothing else 🦩"
      ])
      assert.deepStrictEqual(
        correctedWith([wish("please always use pnpm"), wish("never use yarn")], "always use pnpm"),
        ["always use pnpm"]
      )
    })
  })

  describe("lines of people", () => {
    const edits: PersonEdits = {
      added: [
        { heading: null, line: "Bob reads this file." },
        { heading: "## Open", line: "- Ask Bob about the SLA" },
        { heading: "## Open", line: "## Deploy" },
        { heading: "## Deploy", line: "- `make deploy`, only from main" },
        { heading: "## What works here", line: "- Run the tests: `npm test` (takes 3 minutes)" },
        { heading: "## What the user wants", line: "- Use pnpm, never npm" }
      ],
      removed: ["- Lint: `npm run lint` [01900009-aaaa…]"]
    }

    it("a person's line stays verbatim under its heading, before generated lines, and replaces equal ones", () => {
      assert.strictEqual(
        memoryOf([gate(), wish("use npm, not yarn")], edits),
        `# Memory: shop

Bob reads this file.

## What the user wants
- Use pnpm, never npm

## What works here
- Run the tests: \`npm test\` (takes 3 minutes)
- Check the types: \`npx tsc --noEmit\` [01900002-aaaa…]

## Where things are
- Edited: \`src/cart.ts\` [01900002-aaaa…]

## Open
- Ask Bob about the SLA

## Deploy
- \`make deploy\`, only from main
`
      )
    })

    it("a person's title replaces the generated one", () => {
      const own: PersonEdits = {
        added: [
          { heading: null, line: "# The shop" },
          { heading: "# The shop", line: "Sells hats." }
        ],
        removed: []
      }
      assert.strictEqual(memoryOf([], own), "# The shop\n\nSells hats.\n")
    })

    const line = fc.string({ unit: "binary", maxLength: 60 }).map((text) => text.replace(/\s+/g, " ").trimEnd() || "x")
    const heading = fc.constantFrom(null, "## Open", "## What works here", "## Theirs", "# Memory: shop")

    it.prop("a person's line is never lost", [fc.array(fc.record({ heading, line }), { maxLength: 12 })], ([added]) => {
      const standing: PersonEdits = { added, removed: [] }
      return missingLines(standing, memoryOf([gate(), wish("use npm")], standing)).length === 0
    })
  })

  const order = [
    "## What the user wants",
    "## What works here",
    "## Known failures and their fixes",
    "## Where things are",
    "## Open"
  ]
  const anyTrace = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.constantFrom(
      gate(),
      fixedBuild,
      brokenBuild,
      wish("use npm"),
      wish("use pnpm"),
      trace(asked("add a"), added("src/a.ts"), said("`src/a.ts` holds the cart of the shop."), ended)
    ),
    fc
      .tuple(
        fc.constantFrom("User preferences:", "Reusable knowledge:", "Pointers and references:", "Key steps:"),
        fc.string({ unit: "binary" })
      )
      .map(
        ([section, text]) =>
          `# x\n## Task: y\nOutcome: success\n${section}\n- \`npm test\` passed ${text.replaceAll("\n", " ")}\n- ${text}`
      )
  )

  it.prop(
    "the same traces give the same bytes, with every line cited and no section empty or out of order",
    [fc.array(anyTrace, { maxLength: 8 })],
    ([texts]) => {
      const files = filesOf(texts)
      const [memory] = files
      const ids = texts.map((_, index) => idOf(texts.length - index))
      const text = memory?.text ?? ""
      const sections = sectionsOf(text)
      const places = sections.map((section) => order.indexOf(section))
      return (
        JSON.stringify(files) === JSON.stringify(filesOf(texts)) &&
        memory?.path === "MEMORY.md" &&
        text.startsWith(texts.length === 0 ? "# Memory: shop\n" : "# Memory: shop\n\n") &&
        files.every((file) => unknownCitations(file.text, ids).length === 0) &&
        bulletsOf(text).every((bullet) => /\[0190000\d-aaaa…(?:, 0190000\d-aaaa…){0,2}\]$/.test(bullet)) &&
        places.every((place, index) => place !== -1 && (index === 0 || place > (places[index - 1] ?? -1))) &&
        new Set(bulletsOf(text)).size === bulletsOf(text).length &&
        files.slice(1).every((file) => wrongFrontMatter(file.text, file.path.split("/")[1] ?? "") === undefined)
      )
    }
  )
})
