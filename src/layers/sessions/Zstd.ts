import { Decompress } from "fzstd"

/** Unpacks a zstd file, of one frame or of several, piece by piece. Throws on bytes that are no zstd. */
export class Unpacker {
  private unpacked: Array<Uint8Array> = []
  private readonly stream = new Decompress((bytes) => {
    this.unpacked.push(bytes)
  })

  /** What the next piece of the file unpacks to. */
  push(bytes: Uint8Array): ReadonlyArray<Uint8Array> {
    this.unpacked = []
    this.stream.push(bytes)
    return this.unpacked
  }
}
