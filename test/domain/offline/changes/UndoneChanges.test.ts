import { assert, describe, it } from "@effect/vitest"
import type { FileChange } from "../../../../src/domain/session/FileChange.js"
import { added, asked, changed, edited, ended, type Part, ran, traceOf } from "../MadeSession.js"

const memory = (...parts: ReadonlyArray<Part>): string => traceOf(...parts).traceMemory

const replaced = (path: string, before: string, after: string): FileChange => ({
  path,
  action: "update",
  movedTo: undefined,
  before,
  after
})

const failing = ran("cargo test", 101, "error[E0308]: mismatched types\n --> src/tide.rs:9:5")
const passing = ran("cargo test", 0, "test result: ok. 9 passed; 0 failed; 0 ignored")

/** A session with a wrong first attempt at `src/moon.rs`, something after it, and an edit that helps. */
const attempt = (...after: ReadonlyArray<Part>): string =>
  memory(
    asked("make the tests pass"),
    failing,
    edited("src/moon.rs"),
    failing,
    ...after,
    edited("src/tide.rs"),
    passing,
    ended
  )

describe("changes that version control took back", () => {
  it.each([
    ["git checkout", "git checkout -- src/moon.rs"],
    ["git checkout of an older state", "git checkout HEAD~1 -- src/moon.rs"],
    ["git checkout of a directory", "git checkout src"],
    ["git checkout of everything", "git checkout ."],
    ["git restore", "git restore src/moon.rs"],
    ["git restore from another commit", "git restore --source HEAD~2 src/moon.rs"],
    ["git restore of the index and the files", "git restore --staged --worktree src/moon.rs"],
    ["git stash", "git stash"],
    ["git stash with a message", "git stash push -m moon"],
    ["git reset --hard", "git reset --hard"]
  ])("a file that was changed only before it is neither the fix nor an edited file: %s", (_, command) => {
    const text = attempt(ran(command, 0, ""))
    assert.include(text, "fixed by editing `src/tide.rs`")
    assert.notMatch(text, /fixed by .*moon/)
    assert.notInclude(text, "`src/moon.rs` (edited")
  })

  it.each([
    ["git restore of the index alone", "git restore --staged src/moon.rs"],
    ["git checkout of a new branch", "git checkout -b src"],
    ["git checkout of another file", "git checkout -- src/sun.rs"],
    ["git stash of another file", "git stash push src/sun.rs"],
    ["git reset of the index", "git reset"]
  ])("a file stays edited after a command that restores no such file: %s", (_, command) => {
    assert.include(attempt(ran(command, 0, "")), "`src/moon.rs` (edited")
  })

  it("a change that was stashed counts again after the stash was applied", () => {
    assert.include(attempt(ran("git stash", 0, ""), ran("git stash pop", 0, "")), "`src/moon.rs` (edited")
  })

  it("a change that was committed stays when the files are restored", () => {
    const text = attempt(ran("git commit -am Moon", 0, ""), ran("git checkout .", 0, ""))
    assert.include(text, "`src/moon.rs` (edited")
  })

  it("a command that failed took nothing back", () => {
    const text = attempt(ran("git checkout -- src/moon.rs", 1, "error: pathspec 'src/moon.rs' did not match"))
    assert.include(text, "`src/moon.rs` (edited")
  })

  it("a new file is taken back by git clean, and not by git restore", () => {
    const withNew = (command: string): string =>
      memory(asked("try it"), added("src/new.rs"), ran(command, 0, ""), edited("src/tide.rs"), passing, ended)
    assert.include(withNew("git restore ."), "`src/new.rs` (added")
    assert.notInclude(withNew("git clean -fd"), "`src/new.rs` (added")
  })
})

describe("changes that a patch took back", () => {
  it("a patch that restores one file and changes another leaves only the other as the fix", () => {
    const text = memory(
      asked("find the crash"),
      ran("ctest", 8, "3/3 Test #3: reef_test ....***Exception: SegFault  0.10 sec"),
      changed(replaced("src/lexer.cpp", "return text;", "return text.trim();")),
      ran("ctest", 8, "3/3 Test #3: reef_test ....***Exception: SegFault  0.11 sec"),
      changed(
        replaced("src/lexer.cpp", "return text.trim();", "return text;"),
        replaced("src/parser.cpp", "use(*node);", "if (node) use(*node);")
      ),
      ran("ctest", 0, "100% tests passed, 0 tests failed out of 3"),
      ended
    )
    assert.include(text, "fixed by editing `src/parser.cpp`")
    assert.notMatch(text, /fixed by .*lexer/)
    assert.notInclude(text, "`src/lexer.cpp` (edited")
  })

  it("a change that was taken back only after the pass was the fix", () => {
    const text = memory(
      asked("make the tests pass"),
      failing,
      changed(replaced("src/tide.rs", "a", "b")),
      passing,
      changed(replaced("src/tide.rs", "b", "a")),
      ended
    )
    assert.include(text, "fixed by editing `src/tide.rs`")
  })

  it("an error that came with a change and went with it has no fix", () => {
    const text = memory(
      asked("make the types right"),
      ran("npx tsc --noEmit", 2, "src/hold.ts(3,1): error TS2345: Argument of type 'A' is not assignable"),
      edited("src/types.ts"),
      ran("npx tsc --noEmit", 2, "src/seat.ts(8,1): error TS2322: Type 'B' is not assignable to type 'C'."),
      ran("git checkout -- src/types.ts", 0, ""),
      edited("src/hold.ts"),
      ran("npx tsc --noEmit", 0, ""),
      ended
    )
    assert.match(text, /TS2345.*: fixed by editing `src\/hold\.ts`/)
    assert.notMatch(text, /TS2322.*: fixed by/)
  })
})
