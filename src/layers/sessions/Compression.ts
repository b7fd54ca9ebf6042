import * as Effect from "effect/Effect"

const zstdMagic = 0xfd2fb528

/** Whether bytes begin as a zstd file does; its name tells nothing. */
export const isCompressed = (bytes: Buffer): boolean => bytes.length >= 4 && bytes.readUInt32LE(0) === zstdMagic

/** What unpacks a compressed file. Loaded when the first one is met: most homes have none. */
export const loadUnpacker = Effect.map(
  Effect.promise(() => import("./Zstd.js")),
  ({ Unpacker }) => Unpacker
)

export type { Unpacker } from "./Zstd.js"
