import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { PublicationRecord } from "../../domain/memory/Publication.js"
import type { Files } from "./DurableFiles.js"
import { journalFile, recordFile } from "./HomeLayout.js"

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const RecordJson = Schema.parseJson(PublicationRecord, { space: 2 })
const encode = Schema.encodeSync(RecordJson)
const decode = Schema.decodeUnknownOption(RecordJson)

/** Encodes a record of a publish as the content of its file. */
export const encodeRecord = (record: PublicationRecord): Uint8Array => encoder.encode(encode(record))

/**
 * Decodes a record of a publish from the content of its file; none when it is invalid, for example after manual
 * changes.
 */
export const decodeRecord = (bytes: Uint8Array): Option.Option<PublicationRecord> => decode(decoder.decode(bytes))

const readRecordAt = (files: Files, bucket: string, name: string) =>
  Effect.zipRight(
    files.requireFolder(bucket),
    Effect.map(files.readIfThere(join(bucket, name)), Option.flatMap(decodeRecord))
  )

/** Reads the record of the last publish in a bucket. */
export const readRecord = (files: Files, bucket: string) => readRecordAt(files, bucket, recordFile)

/** Reads the journal of an unfinished publish in a bucket. */
export const readJournal = (files: Files, bucket: string) => readRecordAt(files, bucket, journalFile)
