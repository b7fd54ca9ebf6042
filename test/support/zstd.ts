/** The largest block of a zstd frame. */
const blockBytes = 131_072

const littleEndian = (value: number, length: number): Buffer => {
  const bytes = Buffer.alloc(length)
  bytes.writeUIntLE(value, 0, length)
  return bytes
}

const blockOf = (bytes: Buffer, isLast: boolean): Buffer =>
  Buffer.concat([littleEndian((bytes.length << 3) | (isLast ? 1 : 0), 3), bytes])

/** One zstd frame that holds bytes as they are: blocks that are not compressed, no checksum. Node 20 makes none itself. */
export const zstdFrame = (content: Buffer): Buffer => {
  const starts = Array.from({ length: Math.max(1, Math.ceil(content.length / blockBytes)) }, (_, at) => at * blockBytes)
  return Buffer.concat([
    littleEndian(0xfd2fb528, 4),
    // A single segment, with its size in four bytes.
    Buffer.of(0xa0),
    littleEndian(content.length, 4),
    ...starts.map((start) => blockOf(content.subarray(start, start + blockBytes), start + blockBytes >= content.length))
  ])
}
