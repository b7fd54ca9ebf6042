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

/** A block that holds bytes as they are. */
export const plainBlock = (bytes: Uint8Array, isLast = false): Buffer => blockOf(Buffer.from(bytes), isLast)

/** A block of four bytes that unpacks to one byte over and over. */
export const runBlock = (byte: number, length: number, isLast = false): Buffer =>
  Buffer.concat([littleEndian((length << 3) | 2 | (isLast ? 1 : 0), 3), Buffer.of(byte)])

/** The header of a frame with a window of `2 ** exponent` bytes, at least 1 KiB. */
export const frameHeader = (exponent: number): Buffer =>
  Buffer.concat([littleEndian(0xfd2fb528, 4), Buffer.of(0, (exponent - 10) << 3)])

/** The header of a frame that is one segment of a size. */
export const segmentHeader = (bytes: number): Buffer =>
  Buffer.concat([littleEndian(0xfd2fb528, 4), Buffer.of(0xa0), littleEndian(bytes, 4)])

/** A frame that readers pass over. */
export const skippableFrame = (content: Buffer): Buffer =>
  Buffer.concat([littleEndian(0x184d2a53, 4), littleEndian(content.length, 4), content])

/** What {@link packedByZstd} unpacks to. */
export const unpackedByZstd = Array.from(
  { length: 30_000 },
  (_, index) => `{"berth":${index % 97},"boat":"the ${["red", "blue", "green"][index % 3]} one"}\n`
).join("")

/** Written by `zstd -19 --check`: one frame of several compressed blocks, and a checksum. */
export const packedByZstd = Buffer.from(
  [
    "KLUv/QRoFA4AFqFHGaA3ywEuoHVE7nsrq4qiSSllSikBFnfFUzFPADsAOwC/3/N7vMhjue3Sc7hKHenrll2jRRoKb5bkGCza",
    "TD6v3BYrGrmbcDgoEODhQIGDAUhgOCQYKBhwUCg4ICwYDAwLAgwcGAKEgQFhQeFwYEAQncrrll2jReIIT5fkGKzRTHav47ZY",
    "0chdLqRebrFWUUU0JHRTiTQKKpoZ+XjK2cSUkIzIxRXKJKROcwkjRxvZ547bYkUjd7mQl6usVVQR0QidXCKNgmpoRuaeDmcT",
    "UyQjcrGUMgmp00f+u+f3eJnG4ts1PYeLAlJ3tVirqCIakpOppFFQDc3IfNzhbGJKaETklgplElL0ufx++T1eJo/4dk3P4SpN",
    "pXdbdo0WcUiaZIEmqCFUfGj/M6EvamUOElhBQEEgQeATBAuh+v1/A1LYrqd1ucTaDSaYNS3qbqY40ChldybFhREdNFOJMFRj",
    "iCT22wf0Pq0HU3qno7vcSZO1/sKDMZO5sA0TlJksdm2YwMxosXZulvJE4Z6e2FLqk26XcZk0hVdR9FQzWezcpHBQUWLtJoqD",
    "IuZkLku30lVW4PdRSt1WY7KeWsV0Pd1CAGkVVAAAAAEA/f8H3LkGAkQAAAABAP3/OQACRAAAAAEA/f85AAJEAAAAAQD9/zkA",
    "AkQAAAABAP3/OQACRAAAAAEA/f85AAJFAAAAAQBx+TkAAmBXGLA="
  ].join(""),
  "base64"
)
