import { safe } from "../../../src/domain/privacy/SafeText.js"
import { Directory } from "../../../src/domain/thread/WorkingDirectory.js"
import { assert, describe, it } from "@effect/vitest"
import { Extraction, notTried, type ThreadRecord } from "../../../src/domain/thread/Extraction.js"
import {
  askedRules,
  judge,
  learningRules,
  type RuleContext,
  type Verdict
} from "../../../src/domain/thread/LearningRules.js"
import { threadStates } from "../../../src/domain/thread/StatusReport.js"
import { withheld } from "../../../src/domain/thread/Thread.js"
import { startOfFixtures } from "../../../src/testing/RolloutBuilder.js"
import { makeThread } from "../../support/rows.js"

const thread = makeThread(1)
const context: RuleContext = {
  now: startOfFixtures + 86_400_000,
  minIdle: 600_000,
  currentThread: undefined,
  sources: ["cli", "vscode"],
  sentAgents: undefined,
  provider: undefined,
  ignore: { text: "/diary/", isIgnored: ({ cwd }) => cwd === "/diary" }
}

const record = (
  fields: Parameters<typeof makeThread>[1] = {},
  extraction: Partial<ConstructorParameters<typeof Extraction>[0]> = {}
): ThreadRecord => ({ thread: makeThread(1, fields), extraction: new Extraction({ ...notTried, ...extraction }) })

const learned = { learnedUpdatedAt: thread.updatedAt, learnedSize: thread.rolloutSize, outcome: "memory" as const }
const failed = {
  errorTag: "ModelFailure",
  errorMessage: safe`busy`,
  attempts: 1,
  failedSize: thread.rolloutSize,
  failedHash: "ab",
  failedModifiedAt: thread.rolloutModifiedAt
}
const claimed = { claimOwner: "x", claimExpiresAt: context.now + 1 }

const cases: ReadonlyArray<readonly [string, ThreadRecord, Verdict, Partial<RuleContext>?]> = [
  ["learned from", record({}, learned), "fresh"],
  ["learned from, and archived", record({ archivedAt: 1 }, learned), "fresh"],
  ["learned from, its rollout gone", record({ missingSince: 1 }, learned), "fresh"],
  ["never tried", record(), "eligible"],
  ["idle", record({ updatedAt: context.now - 1 }), "idle"],
  ["claimed", record({}, claimed), "claimed"],
  ["claimed by the pass that asks", record({}, claimed), "eligible", { owner: "x" }],
  ["current", record(), "current", { currentThread: thread.id }],
  ["of another agent, from a source that all agents may have", record({ agent: "claude" }), "eligible"],
  [
    "of another agent, from a source that is named for it",
    record({ agent: "claude", source: safe`exec` }),
    "eligible",
    { sources: ["claude:exec"] }
  ],
  ["of Codex, from a source that is named for another agent", record(), "source", { sources: ["claude:cli"] }],
  ["of an agent that no setting names, with a model", record({ agent: "claude" }), "agent", { sentAgents: ["codex"] }],
  [
    "of an agent that a setting names, with a model",
    record({ agent: "claude" }),
    "eligible",
    { sentAgents: ["claude"] }
  ],
  ["of another provider", record(), "provider", { provider: "elsewhere" }],
  ["of the model's provider", record(), "eligible", { provider: "openai" }],
  ["backing off", record({}, { ...failed, retryAt: context.now + 1 }), "backoff"],
  [
    "backing off, its content read and another",
    record({}, { ...failed, retryAt: context.now + 1 }),
    "eligible",
    {
      content: { size: thread.rolloutSize, hash: "cd" }
    }
  ],
  ["quarantined", record({}, { ...failed, isQuarantined: true }), "quarantined"],
  [
    "quarantined, as it could not be read",
    record({}, { ...failed, failedHash: null, isQuarantined: true }),
    "quarantined"
  ],
  ["quarantined, but with new content", record({ rolloutSize: 1 }, { ...failed, isQuarantined: true }), "eligible"],
  ["archived", record({ archivedAt: 1 }), "archived"],
  ["a sub-agent's", record({ source: safe`subagent_review` }), "sub-agent"],
  [
    "a sub-agent's, where all sources may become memory",
    record({ source: safe`memory_consolidation` }),
    "sub-agent",
    {
      sources: "all"
    }
  ],
  ["of another source", record({ source: safe`exec` }), "source"],
  ["of any source, where all may become memory", record({ source: safe`exec` }), "eligible", { sources: "all" }],
  ["missing", record({ missingSince: 1 }), "missing"],
  ["in an ignored directory that only its row knows", record({ cwd: Directory.make("/diary") }), "ignored"],
  [
    "withheld as ignored, archived too",
    { ...record(), thread: withheld(makeThread(1, { archivedAt: 1 }), "ignored") },
    "ignored"
  ],
  ["withheld after it was learned from", { ...record({}, learned), thread: withheld(thread, "ignored") }, "ignored"],
  ["without memory", { ...record(), thread: withheld(thread, "memory-disabled") }, "memory-disabled"]
]

describe("the rules about a session", () => {
  for (const [name, record, verdict, given = {}] of cases) {
    it(`a session is ${verdict}, by the last rule asked, if it is ${name}`, () => {
      const within = { ...context, ...given }
      assert.strictEqual(judge(record, within), verdict)
      const asked = askedRules(record, within)
      assert.strictEqual(asked.at(-1)?.verdict, verdict)
      assert.deepStrictEqual(
        asked.map(({ applies }) => applies),
        [...asked.slice(1).map(() => false), true]
      )
    })
  }

  it("each learning rule has a verdict of its own and a case in this test", () => {
    const verdicts = learningRules.map(({ verdict }) => verdict)
    assert.strictEqual(new Set(verdicts).size, verdicts.length)
    assert.deepStrictEqual(new Set(cases.map(([, , verdict]) => verdict)), new Set(verdicts))
  })

  it("a status counts each session once: by reason, or by name if a person may have to act", () => {
    const none = { threads: 0, learned: 0, nothing: 0 }
    for (const [name, record, verdict, given = {}] of cases) {
      const states = threadStates(none, [record], { ...context, ...given })
      const counted = {
        waiting: Object.keys(states.waiting),
        outside: Object.keys(states.outside),
        named: [...states.backingOff.map(() => "backoff"), ...states.quarantined.map(() => "quarantined")]
      }
      const all = [...counted.waiting, ...counted.outside, ...counted.named]
      assert.deepStrictEqual(all, verdict === "fresh" ? [] : [verdict], name)
    }
  })
})
