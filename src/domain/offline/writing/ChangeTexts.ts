import type { FileChange } from "../../session/FileChange.js"
import { inCode, listed } from "./Wording.js"

const verbs: Readonly<Record<FileChange["action"], string>> = { add: "added", update: "edited", delete: "deleted" }

/** Describes changes of files: added, edited, deleted and renamed ones, each with its first few paths. */
export const changeText = (changes: ReadonlyArray<FileChange>): string => {
  const moved = changes.filter(({ movedTo }) => movedTo !== undefined)
  const said = (["add", "update", "delete"] as const).flatMap((action) => {
    const own = changes.filter((change) => change.action === action && change.movedTo === undefined)
    const paths = [...new Set(own.map(({ path }) => path))]
    const shown = paths.slice(0, 5).map((path) => inCode(path, 120))
    const more = paths.length > shown.length ? [`${paths.length - shown.length} more`] : []
    return paths.length === 0 ? [] : [`${verbs[action]} ${listed([...shown, ...more])}`]
  })
  const renamed = moved
    .slice(0, 3)
    .map(({ movedTo, path }) => `renamed ${inCode(path, 120)} to ${inCode(movedTo ?? "", 120)}`)
  return [...said, ...renamed].join("; ")
}
