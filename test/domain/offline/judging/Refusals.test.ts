import { assert, describe, it } from "@effect/vitest"
import { extractFacts } from "../../../../src/domain/offline/writing/SessionFacts.js"
import {
  aborted,
  asked,
  cwd,
  edited,
  ended,
  eventsOf,
  type Part,
  ran,
  ranSo,
  said,
  started,
  traceOf,
  undoneEdit
} from "../MadeSession.js"

const memory = (...parts: ReadonlyArray<Part>): string => traceOf(...parts).traceMemory
const facts = (...parts: ReadonlyArray<Part>) => extractFacts(cwd, { events: eventsOf(...parts), finished: true })
const kinds = (...parts: ReadonlyArray<Part>): ReadonlyArray<string> =>
  facts(...parts).map(({ content }) => content._tag)
const notAllowed = (command: string): Part => ranSo(command, "exec command rejected by user", { end: "refused" })

const failing = ran("pytest", 1, "E   ValueError: no such harbour\nsrc/harbour.py:9: ValueError")
const passing = ran("pytest", 0, "4 passed")

describe("commands that were not allowed", () => {
  it("a command that was not allowed is told as such, and neither works nor failed", () => {
    const text = memory(asked("clean the build"), notAllowed("make distclean"), said("I left it."), ended)
    assert.include(text, "`make distclean`, which was not allowed (L")
    assert.notMatch(text, /make distclean.{0,20}(?:passed|failed)|without a recorded end|printed `exec command/)
    const found = kinds(asked("clean the build"), notAllowed("make distclean"), said("I left it."), ended)
    assert.notInclude(found, "Command")
    assert.notInclude(found, "Failure")
    assert.notInclude(found, "Limit")
    assert.notInclude(found, "Open")
  })

  it("a command that was not allowed fixes nothing, and a retry that was not allowed leaves the failure open", () => {
    const between = memory(asked("make it pass"), failing, notAllowed("npm install harbour"), passing, ended)
    assert.notMatch(between, /(?:fixed by|passed after).{0,40}npm install/)
    const open = memory(asked("make it pass"), failing, notAllowed("pytest"), said("I stop here."), ended)
    assert.include(open, "open: `pytest` failed")
  })

  it("a file that a command would have written is not edited if the command was not allowed", () => {
    const parts = [asked("write the notes"), notAllowed("cat > notes.md <<'EOF'\nhello\nEOF"), ended]
    assert.notInclude(kinds(...parts), "File")
    assert.notMatch(memory(...parts), /(?:edited|added) `notes\.md`/)
  })
})

describe("edits that were not allowed, or have no result", () => {
  it("an edit that was not allowed is told as such, and edits no file", () => {
    const parts = [asked("mend the total"), undoneEdit("refused", "src/total.ts"), said("As you wish."), ended]
    const text = memory(...parts)
    assert.include(text, "an edit of `src/total.ts`, which was not allowed (L")
    assert.notMatch(text, /edited `src\/total\.ts`|did not apply|was not made to work/)
    assert.notInclude(kinds(...parts), "File")
    assert.notInclude(kinds(...parts), "Open")
  })

  it("an edit without a result edits no file and fixes nothing", () => {
    for (const end of ["refused", "unknown"] as const) {
      const text = memory(asked("make it pass"), failing, undoneEdit(end, "src/harbour.py"), passing, ended)
      assert.notMatch(text, /fixed by|passed after|edited `src\/harbour\.py`/)
    }
    const applied = memory(asked("make it pass"), failing, edited("src/harbour.py"), passing, ended)
    assert.include(applied, "fixed by editing `src/harbour.py`")
  })

  it("an edit that was not allowed does not undo that a check passed after the last change", () => {
    const verified = memory(asked("mend the total"), edited("a.py"), passing, undoneEdit("refused", "b.py"), ended)
    assert.include(verified, "Outcome: success")
    const changed = memory(asked("mend the total"), edited("a.py"), passing, edited("b.py"), ended)
    assert.notInclude(changed, "Outcome: success")
  })

  it("work that ended because its last edit was not allowed is not unfinished", () => {
    const open = (last: Part) => kinds(asked("mend the total"), edited("a.py"), last, aborted)
    assert.notInclude(open(undoneEdit("refused", "b.py")), "Open")
    assert.include(open(edited("b.py")), "Open")
  })
})

describe("records that end without the end of a turn", () => {
  const cut = (...parts: ReadonlyArray<Part>): string => {
    const events = eventsOf(asked("sort the rows"), ...parts)
    return extractFacts(cwd, { events, finished: undefined })
      .map(({ text }) => text)
      .join("\n")
  }

  it("a session is told as unfinished only if something was under way when its record ended", () => {
    for (const last of [
      started("npm test"),
      undoneEdit("unknown", "a.py"),
      ranSo("npm start", "on :80", { end: "running" })
    ]) {
      assert.include(cut(edited("b.py"), last), "Unfinished")
    }
    for (const last of [passing, failing, edited("a.py"), said("Done."), ended]) {
      assert.notInclude(cut(edited("b.py"), last), "Unfinished")
    }
    assert.include(cut(), "Unfinished")
  })
})
