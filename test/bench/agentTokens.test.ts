import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { agentCosts } from "../../bench/agentTokens.js"
import { temporaryFolder } from "../support/program.js"

describe("the cost of a consolidation", () => {
  it.scopedLive("an edit for one new session of ten takes at most a tenth of the tokens of a memory from nothing", () =>
    Effect.gen(function* () {
      const { editing, fromNothing } = yield* agentCosts(yield* temporaryFolder)
      assert.isAtLeast(fromNothing.requests, 13)
      assert.isAtMost(editing.inputTokens, fromNothing.inputTokens / 10)
    })
  )
})
