import * as Either from "effect/Either"
import { memoryFile, skillFolder } from "../memory/Publication.js"
import { ToolRefusal } from "./ToolRefusal.js"

/** Limits of a path that a model may name: the number of its parts, and the bytes of each. */
const depthLimit = 8
const nameBytes = 200

const refuse = (reason: string) => Either.left(new ToolRefusal({ reason }))

/**
 * Splits a path that a model wrote into names below the agent's directory; no names mean the directory itself. Refuses
 * anything but a plain relative path, since it could lead out of the directory.
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

/**
 * Splits the path of a file that the agent wants to write, move or delete. Refuses everything but `MEMORY.md` and the
 * files of skills.
 */
export const writableNamesOf = (path: string): Either.Either<ReadonlyArray<string>, ToolRefusal> =>
  Either.flatMap(namesOf(path), (names) =>
    (names.length === 1 && names[0] === memoryFile) || (names.length >= 3 && names[0] === skillFolder)
      ? Either.right(names)
      : refuse(`${path} is not yours to change; write ${memoryFile} and ${skillFolder}/<skill-name>/SKILL.md only`)
  )
