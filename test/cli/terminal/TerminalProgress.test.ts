import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Layer, Scope } from "effect"
import { clearLine } from "../../../src/cli/terminal/Terminal.js"
import { layer } from "../../../src/cli/terminal/TerminalProgress.js"
import { Progress, type ProgressEvent } from "../../../src/services/Progress.js"
import { idOf } from "../../support/rows.js"
import { nonEmpty } from "../../support/nonEmpty.js"

/** A terminal that keeps what is written, and says when something with the awaited words was. */
const terminal = (awaited: string, columns: number) =>
  Effect.map(Deferred.make<void>(), (seen) => {
    const written: Array<string> = []
    return {
      written,
      seen: Deferred.await(seen),
      stream: {
        columns,
        write: (text: string | Uint8Array) => {
          written.push(String(text))
          if (String(text).includes(awaited)) {
            Deferred.unsafeDone(seen, Exit.void)
          }
          return true
        }
      }
    }
  })

const events: ReadonlyArray<ProgressEvent> = [
  { _tag: "Indexed", threads: 12, changed: 3 },
  { _tag: "Claimed", threadId: idOf(1), rolloutPath: "/codex/sessions/rollout-one.jsonl" },
  { _tag: "Asked", threadId: idOf(1) },
  { _tag: "Extracted", threadId: idOf(1), cwd: "/home/ada/ferry" },
  { _tag: "ExtractionFailed", threadId: idOf(2), errorTag: "RolloutUnreadable" },
  { _tag: "Extracted", threadId: idOf(3), cwd: "/home/ada/ferry" },
  { _tag: "Consolidating", cwd: "/home/ada/ferry" }
]

const shownOn = (columns: number) =>
  Effect.gen(function* () {
    const { seen, stream, written } = yield* terminal("consolida", columns)
    const scope = yield* Scope.make()
    const context = yield* Layer.buildWithScope(layer(stream), scope)
    const { report } = yield* Effect.provide(Progress, context)
    yield* Effect.forEach(events, report)
    yield* seen
    yield* Scope.close(scope, Exit.void)
    return written
  })

describe("progress on a terminal", () => {
  it.effect("progress is shown on one line, which is removed at the end", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* shownOn(80), [
        `${clearLine}12 sessions indexed`,
        `${clearLine}reading rollout-one.jsonl`,
        `${clearLine}1 learned from`,
        `${clearLine}1 failed`,
        `${clearLine}2 learned from`,
        `${clearLine}consolidating ferry`,
        clearLine
      ])
    })
  )

  it.effect("progress never takes more than its line", () =>
    Effect.gen(function* () {
      const lines = (yield* shownOn(13)).map((text) => text.replace(clearLine, ""))
      assert.isTrue(nonEmpty(lines).every((line) => line.length < 13))
      assert.include(lines, "12 sessions…")
    })
  )
})
