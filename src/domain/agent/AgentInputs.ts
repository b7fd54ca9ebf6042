import type { ProjectFacts } from "../facts/ProjectFacts.js"
import { editsFile, type MemoryFile, memoryFile } from "../memory/Publication.js"
import { threadOfTrace } from "../memory/TraceMemory.js"
import type { Redact } from "../privacy/SafeText.js"
import { changesText, factsText, type InputChanges } from "./ConsolidatedInputs.js"
import type { AgentInput } from "./FirstMessage.js"

/** UTF-8 bytes of the list of changes, and of the list of facts, that an agent is shown. Its directory has all facts. */
const changesBytes = 12_000
const factsBytes = 8_000

const decoder = new TextDecoder()

/** The files of a staged copy, and what is known about them. */
export interface StagedInputs {
  /** The files that the agent may change: a copy of the published memory. Empty if it makes the memory anew. */
  readonly editable: ReadonlyArray<MemoryFile>
  /** The files that the agent only reads. */
  readonly untouchable: ReadonlyArray<MemoryFile>
  readonly facts: ProjectFacts
  /** The changes since the last publish; undefined if nothing is known of it. */
  readonly changes: InputChanges | undefined
  /** Returns the text of a fact by its id; undefined for a fact that is not stored. */
  readonly textOf: (key: string) => string | undefined
}

/**
 * Lists what an agent is shown before it asks for it, the most useful first. An agent that edits a published memory is
 * shown the new and the changed traces: the memory has what the others say.
 */
export const agentInputs = (
  { changes, editable, facts, textOf, untouchable }: StagedInputs,
  redact: Redact
): ReadonlyArray<AgentInput> => {
  const known = editable.length === 0 ? undefined : changes
  const isNew = known === undefined ? undefined : new Set([...known.traces.added, ...known.traces.changed])
  const inputOf = ({ bytes, path }: MemoryFile): AgentInput => ({ name: path, text: redact(decoder.decode(bytes)) })
  const told = factsText(facts, known, factsBytes)
  return [
    ...(known === undefined
      ? []
      : [
          {
            name: `what changed since ${memoryFile} was written`,
            text: redact(changesText(known, textOf, changesBytes))
          }
        ]),
    ...untouchable.filter(({ path }) => path === editsFile).map(inputOf),
    ...editable
      .toSorted((one, other) => Number(other.path === memoryFile) - Number(one.path === memoryFile))
      .map(inputOf),
    ...(told === "" ? [] : [{ name: known === undefined ? "facts" : "facts that did not change", text: redact(told) }]),
    ...untouchable
      .filter(({ path }) => {
        const threadId = threadOfTrace(path)
        return threadId !== undefined && (isNew?.has(threadId) ?? true)
      })
      .map(inputOf)
  ]
}
