import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck } from "effect"
import { evidenceFilter } from "../../src/domain/session/codex/RolloutFilter.js"
import { RolloutReader } from "../../src/domain/session/codex/RolloutReading.js"
import { redact } from "../../src/domain/privacy/Redaction.js"
import { ThreadId } from "../../src/domain/thread/ThreadId.js"
import * as SessionStoreMemory from "../../src/layers/sessions/SessionStoreMemory.js"
import type { KnownRollout } from "../../src/services/state/ThreadIndex.js"
import { RolloutUnreadable } from "../../src/services/SessionStore.js"
import { partsOf, readParts } from "../../src/pass/ThreadReading.js"
import { startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { outline } from "../support/reading.js"
import { RewoundSession, turn } from "../support/rewound.js"
import { makeThread } from "../support/rows.js"

const threadId = ThreadId.make(threadIdOf(1))
const thread = makeThread(1)

/** Reads files as those of thread 1, those that are `held`. */
const read = (files: ReadonlyArray<readonly [name: string, text: string]>, held = files) => {
  const known = files.map(([path], index): KnownRollout => ({
    agent: "codex",
    path,
    size: 1,
    modifiedAt: 1,
    threadId,
    lastRecordAt: startOfFixtures + index
  }))
  const reader = new RolloutReader(evidenceFilter, 1_000_000, redact, "/memories")
  return Effect.gen(function* () {
    const { parts } = yield* partsOf({ ...thread, rolloutPath: files[0]?.[0] ?? "" }, known)
    const whole = yield* readParts(parts, (line) => reader.add(line))
    return { ...reader.result(), whole }
  }).pipe(Effect.provide(SessionStoreMemory.layer(held.map(([path, content]) => ({ path, content, modifiedAt: 1 })))))
}

describe("sessions that were rewound", () => {
  const act = FastCheck.oneof(
    { weight: 3, arbitrary: FastCheck.constantFrom(0, 1).map((exitCode) => ({ exitCode })) },
    { weight: 1, arbitrary: FastCheck.nat(4).map((kept) => ({ kept })) }
  )
  it.effect.prop(
    "a rewound session is read like one file without the undone lines",
    [FastCheck.array(act, { maxLength: 14 })],
    ([acts]) =>
      Effect.gen(function* () {
        const session = new RewoundSession()
        let turns = 0
        for (const [index, act] of acts.entries()) {
          if ("kept" in act) {
            turns = Math.min(turns, act.kept)
            session.rewind(turns)
          } else {
            turns++
            session.turns(turn(`request ${index}`, `command ${index}`, `output ${index}`, act.exitCode))
          }
        }
        const rewound = yield* read([...session.files].toReversed())
        const whole = yield* read([["one.jsonl", session.inOnePiece]])
        assert.deepStrictEqual(outline(rewound.evidence.events), outline(whole.evidence.events))
        const { firstRequest, firstUserMessage, meta } = rewound.facts
        assert.deepStrictEqual(
          [meta?.id, meta?.timestamp, firstRequest, firstUserMessage],
          [whole.facts.meta?.id, whole.facts.meta?.timestamp, whole.facts.firstRequest, whole.facts.firstUserMessage]
        )
      }),
    { fastCheck: { numRuns: 40 } }
  )

  it.effect("a rewound session numbers its lines across files, and has the size of both", () =>
    Effect.gen(function* () {
      const session = new RewoundSession().turns(turn("one"), turn("two")).rewind(1).turns(turn("three"))
      const { evidence, whole } = yield* read(session.files)
      assert.deepStrictEqual(
        evidence.events.flatMap((event) => (event._tag === "UserText" ? [event.line] : [])),
        // Eight lines count before the segment, in which three stand before the message.
        [3, 12]
      )
      assert.strictEqual(
        whole?.content.size,
        session.files.reduce((sum, [, text]) => sum + text.length, 0)
      )
      assert.strictEqual(whole?.file.path, session.files.at(-1)?.[0])
    })
  )

  it.effect("a rewound session fails as a whole if one of its files cannot be read", () =>
    Effect.gen(function* () {
      const { files } = new RewoundSession().turns(turn("one"), turn("two")).rewind(1).turns(turn("three"))
      const error = yield* Effect.flip(read(files, files.slice(1)))
      assert.instanceOf(error, RolloutUnreadable)
      assert.strictEqual(error.path, files[0]?.[0])
    })
  )
})
