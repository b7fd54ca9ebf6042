import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { safe } from "../../src/domain/privacy/SafeText.js"
import { type ReportedError, reportError } from "../../src/domain/report/Report.js"
import type { AgentControl, AgentRequest } from "../../src/services/AgentControl.js"
import { logWarning } from "../../src/services/Logging.js"
import type { MemoryFs } from "../../src/services/MemoryFs.js"
import type { ModelClient, StageOneRequest } from "../../src/services/ModelClient.js"
import type { ThreadMemory } from "../../src/services/state/ThreadMemories.js"
import { ferry, idOf } from "../support/rows.js"

interface Ports {
  readonly agent: AgentControl["Type"]
  readonly memoryFs: MemoryFs["Type"]
  readonly model: ModelClient["Type"]
}

interface Given {
  readonly memory: ThreadMemory
  readonly request: StageOneRequest
  readonly task: AgentRequest
}

const header = { threadId: idOf(1), cwd: ferry, rolloutPath: "/r.jsonl", updatedAt: 1 }

/** Fails the type check where a text that nobody redacted is taken; nothing here runs. */
const refused: ReadonlyArray<(ports: Ports, given: Given, raw: string) => unknown> = [
  // @ts-expect-error a trace file
  ({ memoryFs }, _, raw) => memoryFs.storeTrace({ header, slug: "so", trace: raw }, Effect.void),
  // @ts-expect-error the trace file of a memory
  ({ memoryFs }, { memory }, raw) => memoryFs.refresh(ferry, [{ ...memory, traceSummary: raw }]),
  // @ts-expect-error the summary of a memory, for an agent
  ({ memoryFs }, { memory }, raw) => memoryFs.stage(ferry, [{ ...memory, memorySummary: raw }], []),
  // @ts-expect-error a note, for an agent
  ({ memoryFs }, _, raw) => memoryFs.stage(ferry, [], [raw]),
  // @ts-expect-error the facts of a project, for an agent
  ({ memoryFs }, _, raw) => memoryFs.stage(ferry, [], [], { facts: raw, isPublishedShown: false }),
  // @ts-expect-error a session, for a model
  ({ model }, { request }, raw) => model.stream({ ...request, input: raw }),
  // @ts-expect-error the instructions of a model
  ({ model }, { request }, raw) => model.stream({ ...request, instructions: raw }),
  // @ts-expect-error the prompt of an agent
  ({ agent }, { task }, raw) => agent.spawn({ ...task, prompt: raw }),
  // @ts-expect-error the message of an error in a report
  (_ports, _given, raw): ReportedError => reportError({ _tag: "E", message: raw }),
  // @ts-expect-error a line of the log
  (_ports, _given, raw) => logWarning(raw)
]

describe("the ports", () => {
  it("ports take no text that nobody redacted, by their types", () => {
    assert.isNotEmpty(refused)
    assert.strictEqual(reportError({ _tag: "E", message: safe`no` }).message, "no")
  })
})
