import * as Either from "effect/Either"
import { memoryFile, skillFolder } from "../memory/Publication.js"
import { ToolRefusal } from "./ToolRefusal.js"

/** Folders that a path may run through, and bytes of each of its names. */
const depthLimit = 8
const nameBytes = 200

const refuse = (reason: string) => Either.left(new ToolRefusal({ reason }))

/**
 * A path as a model wrote it, as names below the agent's directory; none is the directory itself. Only plain relative paths
 * are taken: whatever else could lead out of the directory is not worked on but refused.
 */
export const namesOf = (path: string): Either.Either<ReadonlyArray<string>, ToolRefusal> => {
  const names = path.split("/").filter((name) => name !== "" && name !== ".")
  if (path.startsWith("/") || /^[A-Za-z]:|^~/.test(path)) {
    return refuse(`${path} is an absolute path; give it relative to your directory, such as ${memoryFile}`)
  }
  if (names.includes("..")) {
    return refuse(`${path} leads out of your directory; only what is inside it can be reached`)
  }
  if (/[\\\p{Cc}]/u.test(path)) {
    return refuse("a path has no backslash and no control character; separate folders with /")
  }
  return names.length > depthLimit || names.some((name) => Buffer.byteLength(name) > nameBytes)
    ? refuse(`the path is too deep or too long; at most ${depthLimit} names of ${nameBytes} bytes`)
    : Either.right(names)
}

/** The same, of a file that is to be written, moved or deleted: the memory and the skills are the agent's, nothing else is. */
export const writableNamesOf = (path: string): Either.Either<ReadonlyArray<string>, ToolRefusal> =>
  Either.flatMap(namesOf(path), (names) =>
    (names.length === 1 && names[0] === memoryFile) || (names.length >= 3 && names[0] === skillFolder)
      ? Either.right(names)
      : refuse(`${path} is not yours to change; write ${memoryFile} and ${skillFolder}/<skill-name>/SKILL.md only`)
  )
