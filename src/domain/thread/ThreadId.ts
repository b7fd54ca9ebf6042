import * as Schema from "effect/Schema"
import { keptText } from "../text/ByteBudget.js"
import { v5 as uuidV5 } from "uuid"

/** The id of a thread: a UUID in lower case. */
export const ThreadId = Schema.String.pipe(
  Schema.pattern(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
  Schema.brand("ThreadId"),
  Schema.annotations({ identifier: "ThreadId", message: () => "a thread id is a UUID" })
)

/** The id of a thread: a UUID in lower case. */
export type ThreadId = typeof ThreadId.Type

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i
const wholeUuid = new RegExp(`^${uuid.source}$`, "i")

/** The UUID namespace for names that are not UUIDs, so that a name gives the same id on every machine. */
const nameSpace = "f1b8a1de-3c0b-5d3c-9a52-6f3f6d0c7a11"

/**
 * Returns the id of a rollout's thread: the id in its `session_meta` if this is a UUID, else the UUID in the file's
 * name, else the UUIDv5 of the id in `session_meta`, or of the file's name if there is none. Total.
 */
export const threadIdOf = (said: string | undefined, fileName: string): ThreadId => {
  const id =
    said !== undefined && wholeUuid.test(said)
      ? said
      : (uuid.exec(fileName)?.[0] ?? uuidV5(keptText(said ?? fileName), nameSpace))
  return ThreadId.make(id.toLowerCase())
}
