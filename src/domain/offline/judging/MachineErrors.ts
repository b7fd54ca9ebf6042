/* Matches the errors that come from the machine and not from the project, so that no edit of the project fixes them. */

/**
 * Matches errors about a missing tool, module or service. Installing or starting something fixes them, and an edit in
 * between does not.
 */
export const missingTool =
  /\bcommand not found\b|: not found$|\bNo module named\b|\bCannot find (?:module|package) '[^./]|\bis not recognized as\b|\bECONNREFUSED\b|\bConnection refused\b/i

/** Matches errors about the network, which no edit of the project can fix. */
export const unreachable =
  /\b(?:Could not|Couldn't) resolve host\b|\bfailed to (?:download|fetch) (?:from|\S*https?:)|\bfailed to lookup address\b|\bname resolution\b|\bNetwork is unreachable\b|\b(?:ENOTFOUND|EAI_AGAIN|ENETUNREACH|ETIMEDOUT)\b|\bdial tcp\b|\bTLS handshake timeout\b/i

/** Matches errors about a download or a service that a sandbox without access to the network gives, beside {@link unreachable}. */
const withoutNetwork = /\b(?:failed to (?:download|fetch)|error connecting to|no route to host)\b/i

/** True if an error says that there is no access to the network. */
export const isOfNetwork = (error: string): boolean =>
  [unreachable, withoutNetwork].some((rule) => rule.test(error.slice(0, 400)))

/** Matches errors about a port or an address that another program uses. */
const taken =
  /\b(?:address|port)\b.{0,40}\b(?:already )?(?:in use|allocated|taken|occupied)\b|\bE?ADDRINUSE\b|\bOnly one usage of each socket address\b/i

/**
 * Matches error messages about a service that does not run on the machine or that it lacks, such as Docker or a
 * display.
 */
const missingService =
  /\b(?:could not find a valid Docker environment|cannot connect to the (?:Docker|Podman) (?:daemon|socket|API)|is the docker daemon running|docker daemon is not running|no (?:X )?display\b.{0,40}\bset|cannot open display|Missing X server|no (?:CUDA-capable|usable) (?:device|GPU)|System has not been booted with systemd|\/dev\/kvm\b.{0,40}(?:not found|denied|does not exist))/i

/** Matches errors about a server that does not accept connections. */
const serviceDown = /\bIs the server running\b|\b(?:ECONNREFUSED|Connection refused)\b/i

/** True if an error says that the machine lacks a service. No change of the project can fix that. */
export const lacksService = (error: string): boolean => missingService.test(error.slice(0, 400))

/**
 * True if an error can be avoided by another port or another service, which an option or a variable of the command
 * chooses.
 */
export const isAvoidable = (error: string): boolean =>
  taken.test(error) || serviceDown.test(error) || lacksService(error)

/** Matches the message of a sandbox that refuses writing, network access, or access to other processes. */
const refusal =
  /\b(?:Operation not permitted|Permission ?denied|Read-only file system|EPERM|EACCES|EROFS|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|sandbox\w{0,4}|Network is unreachable|(?:Could not|Couldn't) resolve host|failed to (?:download|fetch)|failed to lookup address|name resolution|error connecting to|Connection refused|no route to host)\b/i

/** True if a text has the message of a sandbox that refuses something. */
export const isRefusal = (text: string): boolean => refusal.test(text)

/** Matches errors of a tool that cannot read its configuration. */
const configuration =
  /\bcan't load config\b|\b(?:invalid|cannot (?:read|load|parse)|could ?n[o']t (?:read|load|parse|find)|failed to (?:read|load|parse)|error (?:loading|reading|parsing)|unsupported version of the)\b.{0,60}\b(?:config(?:uration)?|settings|TOML|YAML)\b|\b(?:TOML|YAML) parse error\b|^ESLint couldn't find /i

/**
 * True if an error is about the machine or about the configuration of a tool. It is worth remembering, even if the
 * session met it on the way and mended it at once.
 */
export const isOfSetup = (error: string): boolean =>
  [configuration, refusal, missingTool, unreachable].some((rule) => rule.test(error.slice(0, 400))) ||
  isAvoidable(error)
