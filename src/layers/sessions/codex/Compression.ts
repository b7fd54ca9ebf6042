import * as Effect from "effect/Effect"

const zstdMagic = 0xfd2fb528

/** True if the bytes begin like a zstd file. The file's name is not used, since it may be wrong. */
export const isCompressed = (bytes: Buffer): boolean => bytes.length >= 4 && bytes.readUInt32LE(0) === zstdMagic

/** Loads the zstd decoder with the first compressed file. Most Codex homes have none. */
export const loadUnpacker = Effect.map(
  Effect.promise(() => import("./Zstd.js")),
  ({ Unpacker }) => Unpacker
)

export type { Unpacker } from "./Zstd.js"
