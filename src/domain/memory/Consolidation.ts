import { createHash } from "node:crypto"

/** The memory of one thread, as an input of a consolidation. */
export interface ConsolidationInput {
  readonly threadId: string
  /** Identifies the version of the memory; see `memoryVersion`. */
  readonly version: string
}

const linesOf = (inputs: ReadonlyArray<ConsolidationInput>): string =>
  inputs.map(({ threadId, version }) => `${threadId}:${version}`).join("\n")

/**
 * Returns the fingerprint of a consolidation's inputs. Two are equal exactly when the same threads give the same
 * memories in the same order. `earlier` are older memories, beyond the number that is published as traces. Empty for a
 * directory without memories.
 */
export const fingerprintOf = (
  inputs: ReadonlyArray<ConsolidationInput>,
  earlier: ReadonlyArray<ConsolidationInput> = []
): string =>
  inputs.length === 0
    ? ""
    : createHash("sha256")
        .update(earlier.length === 0 ? linesOf(inputs) : `${linesOf(inputs)}\n\n${linesOf(earlier)}`)
        .digest("hex")

/**
 * Adds the project's merged facts, as an agent receives them, to a fingerprint. A session that changes none of them
 * then needs no consolidation. Returns the fingerprint unchanged if there are no facts.
 */
export const fingerprintOfContent = (fingerprint: string, facts: string): string =>
  facts === "" ? fingerprint : createHash("sha256").update(fingerprint).update("\0").update(facts).digest("hex")

/** Adds the user's notes to a fingerprint; returns it unchanged when there are none. */
export const fingerprintWithNotes = (fingerprint: string, notes: ReadonlyArray<string>): string =>
  notes.length === 0
    ? fingerprint
    : createHash("sha256").update(fingerprint).update("\0").update(JSON.stringify(notes)).digest("hex")

/** The results of a directory's consolidations so far. */
export interface ConsolidationHistory {
  /** The fingerprint of the inputs that were last published; undefined if nothing was published. */
  readonly published: string | undefined
  /** The fingerprint of the inputs whose consolidation failed last; undefined if none failed since the last success. */
  readonly failed: string | undefined
  /** The number of consecutive failures with the `failed` fingerprint. */
  readonly attempts: number
  /** The time in Unix milliseconds before which the `failed` fingerprint is not tried again. */
  readonly retryAt: number | undefined
}

/** The history of a directory that was never consolidated. */
export const neverConsolidated: ConsolidationHistory = {
  published: undefined,
  failed: undefined,
  attempts: 0,
  retryAt: undefined
}

/** Returns the failures of earlier consolidations with the same inputs; a failure with other inputs does not count. */
export const failuresOf = (
  { attempts, failed, retryAt }: ConsolidationHistory,
  fingerprint: string
): Pick<ConsolidationHistory, "attempts" | "retryAt"> =>
  failed === fingerprint ? { attempts, retryAt } : { attempts: 0, retryAt: undefined }

/**
 * True if a directory needs a consolidation: its inputs differ from the published ones, or it has no inputs left and
 * files of deleted memories remain.
 */
export const isDirty = (
  { published }: ConsolidationHistory,
  inputs: { readonly fingerprint: string; readonly hasRemovals: boolean }
): boolean => inputs.fingerprint !== (published ?? "") || (inputs.fingerprint === "" && inputs.hasRemovals)
