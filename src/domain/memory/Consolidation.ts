import { createHash } from "node:crypto"

/** One thread's memory as an input of a consolidation. */
export interface ConsolidationInput {
  readonly threadId: string
  /** Identifies the version of the memory; see `memoryVersion`. */
  readonly version: string
}

const linesOf = (inputs: ReadonlyArray<ConsolidationInput>): string =>
  inputs.map(({ threadId, version }) => `${threadId}:${version}`).join("\n")

/**
 * Fingerprint of a consolidation's inputs. Two are equal exactly when the same threads give the same memories in the
 * same order, both as traces and beyond them. Empty for a directory without memories.
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
 * Fingerprint by content: adds the facts that an agent is given, so that a session that changes no line of them changes
 * nothing. Equals `fingerprint` when there are none.
 */
export const fingerprintOfContent = (fingerprint: string, facts: string): string =>
  facts === "" ? fingerprint : createHash("sha256").update(fingerprint).update("\0").update(facts).digest("hex")

/** Adds the user's notes to a fingerprint; returns it unchanged when there are none. */
export const fingerprintWithNotes = (fingerprint: string, notes: ReadonlyArray<string>): string =>
  notes.length === 0
    ? fingerprint
    : createHash("sha256").update(fingerprint).update("\0").update(JSON.stringify(notes)).digest("hex")

/** Outcomes of a directory's consolidations so far. */
export interface ConsolidationHistory {
  /** The inputs' fingerprint of the published consolidation; undefined when none was published. */
  readonly published: string | undefined
  /** The inputs' fingerprint of the last failed consolidation; undefined when none failed since the last success. */
  readonly failed: string | undefined
  /** Consecutive failures with the `failed` fingerprint. */
  readonly attempts: number
  /** Unix milliseconds before which the `failed` fingerprint is not tried again. */
  readonly retryAt: number | undefined
}

/** The history of a directory that was never consolidated. */
export const neverConsolidated: ConsolidationHistory = {
  published: undefined,
  failed: undefined,
  attempts: 0,
  retryAt: undefined
}

/** The failures that count for these inputs; those with another fingerprint do not. */
export const failuresOf = (
  { attempts, failed, retryAt }: ConsolidationHistory,
  fingerprint: string
): Pick<ConsolidationHistory, "attempts" | "retryAt"> =>
  failed === fingerprint ? { attempts, retryAt } : { attempts: 0, retryAt: undefined }

/**
 * True when a directory needs a consolidation: its inputs differ from the published ones, or it has none left and files
 * of deleted memories remain.
 */
export const isDirty = (
  { published }: ConsolidationHistory,
  inputs: { readonly fingerprint: string; readonly hasRemovals: boolean }
): boolean => inputs.fingerprint !== (published ?? "") || (inputs.fingerprint === "" && inputs.hasRemovals)
