import type { CommandPart } from "../reading/CommandNames.js"
import { operands } from "../reading/InvocationWords.js"

/** Commands that fetch what a project or a machine needs. */

const installs =
  /^(?:(?:npm|pnpm|yarn|bun|pip3?|uv|poetry|pipenv|bundle|composer|brew|apt|apt-get|cargo|go|dotnet|corepack)\b.{0,40}?\b(?:i|ci|install|sync|add|restore|get|fetch|enable|use)|yarn$)/
const ofProject = /^(?:npm|pnpm|yarn|bun|pip3?|uv|poetry|pipenv|bundle|composer|cargo|go|dotnet)\b/
const noPackage = /^\.|[/\\]$|\.(?:txt|toml|lock|in)$/
const globally = /^(?:-g|--global|tool)$/

/** Whether a command installs something. */
export const isInstallation = (part: CommandPart): boolean => installs.test(part.key)

/**
 * Whether a command adds a package to the project, which is done once: afterwards it is among what any installation
 * brings. A tool for the machine is none.
 */
export const addsPackage = (part: CommandPart): boolean =>
  isInstallation(part) &&
  ofProject.test(part.key) &&
  !/^(?:go|cargo) install\b/.test(part.key) &&
  !part.narrowing.some((word) => globally.test(word)) &&
  operands(["", ...part.narrowing.slice(1)]).some((word) => !noPackage.test(word))
