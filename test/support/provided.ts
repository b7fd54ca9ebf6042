import { join } from "node:path"
import { inject } from "vitest"

/** Values that `vitest.config.ts` and `test/globalSetup.mjs` give to every test. */
declare module "vitest" {
  export interface ProvidedContext {
    /** The folder of the bundled test programs. */
    readonly programs: string
    /** A folder that goes with the last test. */
    readonly scratch: string
    /** Whether every case of a large matrix is tried, or a sample. */
    readonly isFull: boolean
    /** Decides which cases are in a sample. */
    readonly seed: number
  }
}

/** The path of a test program of this folder, which is bundled before the first test. */
export const programPath = (name: "crashProgram" | "passProgram" | "stateDbProgram"): string =>
  join(inject("programs"), `${name}.mjs`)
