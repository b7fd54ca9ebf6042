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

/** A record as the bytes of its file. */
export const encodeRecord = (record: PublicationRecord): Uint8Array => encoder.encode(encode(record))

/** The record that a file holds; none where it is no record, as after a hand has been at it. */
export const decodeRecord = (bytes: Uint8Array): Option.Option<PublicationRecord> => decode(decoder.decode(bytes))

const readRecordAt = (files: Files, bucket: string, name: string) =>
  Effect.zipRight(
    files.requireFolder(bucket),
    Effect.map(files.readIfThere(join(bucket, name)), Option.flatMap(decodeRecord))
  )

/** What was published in a bucket. */
export const readRecord = (files: Files, bucket: string) => readRecordAt(files, bucket, recordFile)

/** The publish that was begun in a bucket and not finished. */
export const readJournal = (files: Files, bucket: string) => readRecordAt(files, bucket, journalFile)
