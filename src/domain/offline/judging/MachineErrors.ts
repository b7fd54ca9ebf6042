/** Matches the errors that come from the machine and not from the project, so that no edit of the project fixes them. */

/** Matches errors of the environment: installing or starting something fixes them, and a simultaneous edit does not. */
export const missingTool =
  /\bcommand not found\b|: not found$|\bNo module named\b|\bCannot find (?:module|package) '[^./]|\bis not recognized as\b|\bECONNREFUSED\b|\bConnection refused\b/i

/** Matches errors of the network. */
export const unreachable =
  /\b(?:Could not|Couldn't) resolve host\b|\bfailed to (?:download|fetch) (?:from|\S*https?:)|\bfailed to lookup address\b|\bname resolution\b|\bNetwork is unreachable\b|\b(?:ENOTFOUND|EAI_AGAIN|ENETUNREACH|ETIMEDOUT)\b|\bdial tcp\b|\bTLS handshake timeout\b/i

/** Matches the error of an address that another program uses. */
const taken =
  /\b(?:address|port)\b.{0,40}\b(?:already )?(?:in use|allocated|taken|occupied)\b|\bE?ADDRINUSE\b|\bOnly one usage of each socket address\b/i

/** Matches the error of a container service that the machine does not have. */
const noContainers =
  /\bvalid (?:Docker|Podman|container) environment\b|\b(?:connect|connecting) to the (?:Docker|Podman|container) (?:daemon|socket|API|runtime)\b|\bIs the docker daemon running\b/i

/** Matches the error of a service that does not run. */
const serviceDown = /\bIs the server running\b|\b(?:ECONNREFUSED|Connection refused)\b/i

/** True if the machine has no containers, which no change of the project can give it. */
export const lacksContainers = (error: string): boolean => noContainers.test(error)

/** True if another address or another service, chosen by an option or a variable, can make the command pass. */
export const isAvoidable = (error: string): boolean =>
  taken.test(error) || serviceDown.test(error) || noContainers.test(error)
