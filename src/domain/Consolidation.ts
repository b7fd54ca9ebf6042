import { createHash } from "node:crypto"

/** What one thread gives to a consolidation. */
export interface ConsolidationInput {
  readonly threadId: string
  /** Tells versions of the memory apart; see `memoryVersion`. */
  readonly version: string
}

/**
 * What a consolidation consumes, as one value: two are equal exactly when the same threads give the same memories in the
 * same order. Empty for a directory without memories.
 */
export const fingerprintOf = (inputs: ReadonlyArray<ConsolidationInput>): string =>
  inputs.length === 0
    ? ""
    : createHash("sha256")
        .update(inputs.map(({ threadId, version }) => `${threadId}:${version}`).join("\n"))
        .digest("hex")

/** The same beside the notes that people left; without any, what it was. */
export const fingerprintWithNotes = (fingerprint: string, notes: ReadonlyArray<string>): string =>
  notes.length === 0
    ? fingerprint
    : createHash("sha256").update(fingerprint).update("\0").update(JSON.stringify(notes)).digest("hex")
