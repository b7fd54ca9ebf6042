import { posix } from "node:path"
import type { Act } from "./Acts.js"
import type { Failure } from "./Failures.js"
import { actsOutside } from "../reading/OutsideActs.js"
import { isScript } from "../writing/ShownCommand.js"

/** The end of a failure, as far as it is known what resolved it. */
export type Fix =
  /** The acts that resolved it, by all that the session shows. */
  | { readonly _tag: "Fixed"; readonly commands: ReadonlyArray<string>; readonly files: ReadonlyArray<string> }
  /** It passed after so many edits that nothing tells which of them did it; the likeliest files come first. */
  | { readonly _tag: "PassedAfter"; readonly edits: number; readonly files: ReadonlyArray<string> }
  /** Another form of the command passed. */
  | { readonly _tag: "DoneOtherwise"; readonly command: string }

/** The count of changed files, and of commands, up to which all of them may be the fix. */
const mostFiles = 3

const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path

/** True if the text names this file, and not one with a longer path that ends in the same name. */
const mentions = (text: string, file: string): boolean => {
  for (let at = text.indexOf(file); at !== -1; at = text.indexOf(file, at + 1)) {
    if (!/[\w/\\.-]/.test(text[at - 1] ?? " ") && !/[\w-]/.test(text[at + file.length] ?? " ")) {
      return true
    }
  }
  return false
}

const testFile = /(?:^|[/\\_.-])(?:tests?|specs?|__tests__)(?=[/\\_.-])/i
const documentation = /\.(?:md|mdx|rst|adoc|asciidoc)$|(?:^|[/\\])(?:CHANGELOG|README|LICEN[CS]E|NOTICE)(?:\.txt)?$/i

/** Errors of the environment: a command that installs or starts something fixes them, not an edit beside it. */
const missingTool =
  /\bcommand not found\b|: not found$|\bNo module named\b|\bCannot find (?:module|package) '[^./]|\bis not recognized as\b|\bECONNREFUSED\b|\bConnection refused\b/i

/** Errors of the network: no edit of the project reaches what is not there. */
const unreachable =
  /\b(?:Could not|Couldn't) resolve host\b|\bfailed to (?:download|fetch) (?:from|\S*https?:)|\bfailed to lookup address\b|\bname resolution\b|\bNetwork is unreachable\b|\b(?:ENOTFOUND|EAI_AGAIN|ENETUNREACH|ETIMEDOUT)\b|\bdial tcp\b|\bTLS handshake timeout\b/i

const packageOption = /^(?:-p|--package|--filter|-w|--workspace|--prefix|--project|-C|--dir|--cwd|-pl)$/

/** The directories, and names of packages, that a failed command was aimed at; empty if it was aimed at everything. */
const packagesOf = ({ aims, directory }: Failure): ReadonlyArray<string> => {
  const base = directory?.replace(/[/\\]$/, "")
  const named = aims.flatMap((word, index) => {
    const bare = word.replace(/^\.[\\/]|[\\/](?:\.{3})?$/g, "")
    const isPlace = /^[\w@.-]+(?:[\\/][\w@.-]+)+$/.test(bare) && !/\.\w{1,5}$/.test(bare) && !testFile.test(`${bare}/`)
    return bare !== "" && (isPlace || packageOption.test(aims[index - 1] ?? "")) ? [bare] : []
  })
  return named.length === 0
    ? base === undefined
      ? []
      : [base]
    : named.map((name) => (base === undefined ? name : posix.join(base, name)))
}

const isIn = (file: string, place: string): boolean =>
  file.startsWith(`${place}/`) || file.split(/[\\/]/).includes(baseName(place))

/** The files that may have mended the error: those that it names, else those of the package that failed. */
const likelyFiles = (files: ReadonlyArray<string>, failure: Failure): ReadonlyArray<string> => {
  const error = `${failure.error ?? ""}\n${failure.context}`
  // A test names itself in its error. If the code was edited too, the code was wrong.
  const code = files.filter((file) => !testFile.test(file))
  const meant = code.length > 0 ? code : files
  const packages = packagesOf(failure)
  return (
    [
      meant.filter((file) => mentions(error, file)),
      meant.filter((file) => mentions(error, baseName(file))),
      packages.length === 0 ? meant : meant.filter((file) => packages.some((place) => isIn(file, place)))
    ].find((some) => some.length > 0) ?? []
  )
}

const isEdit = ({ command, files }: Act): boolean => command === undefined || (isScript(command) && files.length > 0)

/** The acts that may have mended the failure: none outside the working copy, and no tidying unless that was what failed. */
const helpfulActs = (failure: Failure, acts: ReadonlyArray<Act>): ReadonlyArray<Act> => {
  // A formatter helps what it formats, and version control what it holds: neither mends anything else.
  const isOfTidying = failure.kind === "format" || failure.program === "git" || /\b(?:fmt|format)\b/.test(failure.key)
  return acts.filter(({ isOutside, isTidying }) => !isOutside && (isOfTidying || !isTidying))
}

/** The fix by another form of the command, or by one of its options, where nothing was done in between. */
const otherCommand = ({ kind, resolution, what }: Failure): Fix | undefined => {
  const check = resolution?.check ?? ""
  return check === what || kind === "look" || kind === "patch" || kind === "tool" || actsOutside(check)
    ? undefined
    : { _tag: "DoneOtherwise", command: check }
}

/**
 * Tells what resolved a failure, as far as the session's events carry it. Undefined if they do not: nothing was done but to
 * run it again or outside of the sandbox, or only what cannot have helped was done, or what must not be repeated.
 */
export const fixOf = (failure: Failure): Fix | undefined => {
  const { acts: all = [], isByEscalation = false } = failure.resolution ?? {}
  const acts = helpfulActs(failure, all)
  if (failure.resolution === undefined || isByEscalation || (acts.length === 0 && all.length > 0)) {
    return undefined
  }
  const edits = acts.filter(isEdit)
  const error = `${failure.error ?? ""}\n${failure.context}`
  const edited = [...new Set(edits.flatMap(({ files }) => files))].filter(
    (file) => !documentation.test(file) || mentions(error, file) || mentions(error, baseName(file))
  )
  const commands = [...new Set(acts.flatMap((act) => (act.command === undefined || isEdit(act) ? [] : [act.command])))]
  const likely = likelyFiles(edited, failure)
  const isOfMachine = unreachable.test(failure.error ?? "")
  if (isOfMachine || (commands.length > 0 && missingTool.test(failure.error ?? ""))) {
    return commands.length === 0 || commands.length > mostFiles
      ? undefined
      : { _tag: "Fixed", commands: commands.slice(-2), files: [] }
  }
  if (edited.length > mostFiles || (edited.length > 0 && likely.length === 0)) {
    const files = [...new Set([...likely, ...edited])]
    return { _tag: "PassedAfter", edits: edits.length, files }
  }
  if (commands.length > mostFiles) {
    return undefined
  }
  return likely.length + commands.length > 0
    ? { _tag: "Fixed", commands: commands.slice(-2), files: likely.slice(0, mostFiles) }
    : edits.length > 0
      ? undefined
      : otherCommand(failure)
}
