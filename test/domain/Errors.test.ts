import { assert, describe, it } from "@effect/vitest"
import { ConsolidationDefect, LeaseLost, MemoriesMissing } from "../../src/domain/memory/ConsolidationError.js"
import {
  ExtractionDefect,
  IncompleteSession,
  NotACodexRollout,
  NoWorkingDirectory
} from "../../src/domain/thread/ExtractionError.js"
import { MalformedAnswer } from "../../src/domain/memory/StageOneOutput.js"
import { idOf } from "../support/rows.js"

const [cwd, path] = ["/home/ada/ferry", "/codex/sessions/rollout-1.jsonl"]
const cause = new Error("no pier")

const errors: ReadonlyArray<readonly [{ readonly _tag: string; readonly message: string }, string, string]> = [
  [new NotACodexRollout({ path }), "NotACodexRollout", path],
  [new NoWorkingDirectory({ path }), "NoWorkingDirectory", path],
  [new IncompleteSession({ path }), "IncompleteSession", path],
  [
    new ExtractionDefect({ threadId: idOf(1), cause }),
    "ExtractionDefect",
    `${idOf(1)} met a fault of this program: no pier`
  ],
  [new MalformedAnswer({ reason: "it is empty" }), "MalformedAnswer", "it is empty"],
  [new LeaseLost({ cwd }), "LeaseLost", cwd],
  [new MemoriesMissing({ cwd, traces: 3 }), "MemoriesMissing", `3 traces of ${cwd}`],
  [new ConsolidationDefect({ cwd, cause }), "ConsolidationDefect", `${cwd} met a fault of this program: no pier`]
]

describe("messages of errors", () => {
  for (const [error, tag, part] of errors) {
    it(`${tag} has its tag, and its message names the subject in one line`, () => {
      assert.strictEqual(error._tag, tag)
      assert.include(error.message, part)
      assert.notInclude(error.message, "\n")
    })
  }

  it("an error whose cause is not an Error still has a message", () => {
    assert.match(new ConsolidationDefect({ cwd, cause: "odd" }).message, /unknown/)
    assert.match(new ExtractionDefect({ threadId: idOf(1), cause: undefined }).message, /unknown/)
  })
})
