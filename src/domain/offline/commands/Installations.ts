import type { CommandPart } from "./CommandNames.js"
import { operands } from "./InvocationWords.js"

/* The rules for commands that install packages or tools. */

const installs =
  /^(?:(?:npm|pnpm|yarn|bun|pip3?|uv|poetry|pipenv|bundle|composer|brew|apt|apt-get|cargo|go|dotnet|corepack)\b.{0,40}?\b(?:i|ci|install|sync|add|restore|get|fetch|enable|use)|yarn$)/
const ofProject = /^(?:npm|pnpm|yarn|bun|pip3?|uv|poetry|pipenv|bundle|composer|cargo|go|dotnet)\b/
const noPackage = /^\.|[/\\]$|\.(?:txt|toml|lock|in)$/
const globally = /^(?:-g|--global|tool)$/

/** True if a command, given as its text, installs a package or a tool. */
export const isInstalling = (command: string): boolean => installs.test(command)

/** True if a part of a command installs a package or a tool. */
export const isInstallation = ({ key }: CommandPart): boolean => isInstalling(key)

/**
 * True if a command adds a package to the project. Memory does not recommend it, since afterwards a plain installation
 * includes the package. A tool for the machine is not a package of the project.
 */
export const addsPackage = (part: CommandPart): boolean =>
  isInstallation(part) &&
  ofProject.test(part.key) &&
  !/^(?:go|cargo) install\b/.test(part.key) &&
  !part.narrowing.some((word) => globally.test(word)) &&
  operands(["", ...part.narrowing.slice(1)]).some((word) => !noPackage.test(word))
