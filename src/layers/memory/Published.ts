import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { memoryFile, skillFolder, summaryFile } from "../../domain/memory/Publication.js"
import type { Files } from "./DurableFiles.js"
import { failing, type Layout } from "./HomeLayout.js"

const decoder = new TextDecoder()

/** What readers see of a memory, as they see it. */
export const make = (files: Files, { bucketPath, rootOf }: Layout) => {
  const textAt = Effect.fnUntraced(function* (path: string) {
    const isElsewhere = (yield* files.isLink(path)) || (yield* files.isLink(dirname(path)))
    const bytes = isElsewhere ? Option.none() : yield* files.readIfThere(path)
    return Option.match(bytes, { onNone: () => "", onSome: (bytes) => decoder.decode(bytes) })
  })

  const skillsIn = Effect.fnUntraced(function* (memoryPath: string) {
    const folder = join(memoryPath, skillFolder)
    const names = (yield* files.isLink(folder)) ? [] : yield* files.namesIn(folder)
    const skills = yield* Effect.forEach(names, (name) => {
      const path = `${skillFolder}/${name}/SKILL.md`
      return Effect.map(textAt(join(memoryPath, path)), (text) => ({ path, text }))
    })
    return skills.filter(({ text }) => text !== "")
  })

  const published = Effect.fn("MemoryFs.published")(function* (cwd: string) {
    const root = rootOf(cwd)
    const { memoryPath } = root
    return yield* Effect.gen(function* () {
      if ((yield* files.isLink(bucketPath(cwd))) || (yield* files.isLink(memoryPath))) {
        return { root, memory: "", summary: "", skills: [] }
      }
      return {
        root,
        memory: yield* textAt(join(memoryPath, memoryFile)),
        summary: yield* textAt(join(memoryPath, summaryFile)),
        skills: yield* skillsIn(memoryPath)
      }
    }).pipe(failing("reading the memory", memoryPath))
  })

  return { published }
}
