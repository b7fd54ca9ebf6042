import { type CommandPart, nameCommand, placeInKey } from "./CommandNames.js"
import { checkKinds } from "./CommandPrograms.js"
import type { PackageScripts } from "./PackageScripts.js"
import { wordsOf } from "./ShellSyntax.js"

/*
 * Finds the checks that a command ran inside itself: those that a task runner names in its output, and the one that a
 * container runs.
 */

/** Matches the line by which npm and mise name a command that they run: `> vitest run`, `[lint] $ cargo clippy`. */
const announced = /^(?:(?:\[[\w:./-]{1,60}\] )?\$|>) (?!\S{1,120}@\S{1,40} )(\S.{1,300})$/

/** Task runners that print each command as it is before they run it. */
const echoes: ReadonlySet<string> = new Set(["make", "gmake", "just"])
const announces: ReadonlySet<string> = new Set(["npm", "pnpm", "yarn", "bun", "mise"])
const containers: ReadonlySet<string> = new Set(["docker", "docker-compose", "podman"])

/** Matches a command whose failure the shell ignores, or whose exit code is another one's. */
const hidesFailure = /\|\||;|\||\(ignored\)/

/** The maximum number of lines of an output in which commands are searched. */
const mostLines = 2_000
const mostInner = 20

/** True if a command only starts the check of its words in a container, and so does the same as that check. */
export const isInContainer = ({ program }: CommandPart): boolean => containers.has(program)

const checksIn = (command: string, outer: CommandPart, scripts: PackageScripts): ReadonlyArray<CommandPart> => {
  const place = placeInKey(outer.key)
  return nameCommand(command, scripts, () => false)
    .telling.filter(({ kind }) => checkKinds.has(kind))
    .map((part) =>
      place === undefined || placeInKey(part.key) !== undefined ? part : { ...part, key: `${part.key} @${place}` }
    )
}

const inContainer = (part: CommandPart, scripts: PackageScripts): ReadonlyArray<CommandPart> => {
  const words = wordsOf(part.pipeline.text)
  const start = words.findIndex((word) => word === "run" || word === "exec") + 1
  const found = words.slice(start, start + 20).flatMap((word, index) => {
    const inner = word.startsWith("-") ? [] : checksIn(words.slice(start + index).join(" "), part, scripts)
    return inner.length === 0 ? [] : [inner]
  })
  return start === 0 ? [] : (found[0] ?? [])
}

/** Lists the checks that a command ran inside itself, as far as its words or its output name them. */
export const innerChecks = (part: CommandPart, output: string, scripts: PackageScripts): ReadonlyArray<CommandPart> => {
  if (isInContainer(part)) {
    return inContainer(part, scripts)
  }
  const isEcho = echoes.has(part.program)
  if ((!isEcho && !announces.has(part.program)) || /\(ignored\)/.test(output)) {
    return []
  }
  const named = output
    .split("\n", mostLines)
    .flatMap((line) => (isEcho ? [line.trim()] : (announced.exec(line.trim())?.[1] ?? [])))
    .filter((line) => line.length > 3 && line.length <= 300 && !hidesFailure.test(line))
  return [...new Set(named)].flatMap((line) => checksIn(line, part, scripts)).slice(0, mostInner)
}
