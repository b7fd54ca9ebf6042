import { createHash } from "node:crypto"

/** What one thread gives to a consolidation. */
export interface ConsolidationInput {
  readonly threadId: string
  /** Tells versions of the memory apart; see `memoryVersion`. */
  readonly version: string
}

const linesOf = (inputs: ReadonlyArray<ConsolidationInput>): string =>
  inputs.map(({ threadId, version }) => `${threadId}:${version}`).join("\n")

/**
 * What a consolidation consumes, as one value: two are equal exactly when the same threads give the same memories in the
 * same order, those kept as traces and the earlier ones. Empty for a directory without memories.
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
 * The same by what is taken from the earlier memories, not by which there are: one that leaves nothing changes nothing. A
 * directory that takes nothing from any has the fingerprint of its traces alone.
 */
export const fingerprintOfContent = (fingerprint: string, earlierText: string): string =>
  earlierText === ""
    ? fingerprint
    : createHash("sha256").update(fingerprint).update("\0").update(earlierText).digest("hex")

/** The same beside the notes that people left; without any, what it was. */
export const fingerprintWithNotes = (fingerprint: string, notes: ReadonlyArray<string>): string =>
  notes.length === 0
    ? fingerprint
    : createHash("sha256").update(fingerprint).update("\0").update(JSON.stringify(notes)).digest("hex")

/** How the consolidations of one directory went so far. */
export interface ConsolidationHistory {
  /** The fingerprint of what the published one consumed; undefined when none was published. */
  readonly published: string | undefined
  /** The fingerprint of what the last one that failed would have consumed; undefined when none failed since. */
  readonly failed: string | undefined
  /** Failures in a row with that fingerprint. */
  readonly attempts: number
  /** Unix milliseconds; not before is that fingerprint tried again. */
  readonly retryAt: number | undefined
}

/** None was tried yet. */
export const neverConsolidated: ConsolidationHistory = {
  published: undefined,
  failed: undefined,
  attempts: 0,
  retryAt: undefined
}

/** What the failures of exactly the inputs of a fingerprint amount to: those of other inputs no longer count. */
export const failuresOf = (
  { attempts, failed, retryAt }: ConsolidationHistory,
  fingerprint: string
): Pick<ConsolidationHistory, "attempts" | "retryAt"> =>
  failed === fingerprint ? { attempts, retryAt } : { attempts: 0, retryAt: undefined }

/**
 * Whether a directory is to be consolidated: it would consume something else than what was published, or it is empty and
 * what was removed on record still lies there.
 */
export const isDirty = (
  { published }: ConsolidationHistory,
  inputs: { readonly fingerprint: string; readonly hasRemovals: boolean }
): boolean => inputs.fingerprint !== (published ?? "") || (inputs.fingerprint === "" && inputs.hasRemovals)
