import { isDrivePath, oneSpelling } from "./PathSpelling.js"

/** The maximum length of an origin that is compared; a longer text is no address of a repository. */
const longest = 2_000

/** Matches the mark that replaces a secret: what stood there is not known, so that nothing can be compared with it. */
const redacted = /\[REDACTED/

const withoutEnding = (path: string): string =>
  path
    .replace(/\/{2,}/g, "/")
    .replace(/\/+$/, "")
    .replace(/\.git$/i, "")

const onHost = (host: string, path: string): string | undefined => {
  const plain = withoutEnding(path).replace(/^\/+/, "")
  return host === "" || plain === "" || redacted.test(host + plain) ? undefined : `${host.toLowerCase()}/${plain}`
}

const onDisk = (path: string): string | undefined => {
  const plain = withoutEnding(oneSpelling(path, "linux"))
  return plain === "" || redacted.test(plain) ? undefined : `file:${plain}`
}

/**
 * Normalises the URL of a repository's origin, so that all spellings of one address compare equal: the protocol, the
 * user, the port, a final `.git` and the case of the host do not count. Credentials, queries and fragments are removed.
 * Undefined for a text that is no address, such as a relative path: it says nothing outside of its own folder.
 */
export const normaliseOrigin = (url: string | null | undefined): string | undefined => {
  const text = (url ?? "").trim().replace(/[?#].*$/s, "")
  if (text === "" || text.length > longest || /[\s\p{Cc}]/u.test(text)) {
    return undefined
  }
  if (text.startsWith("/") || text.startsWith("\\\\") || isDrivePath(text)) {
    return onDisk(text)
  }
  const withProtocol = /^([a-z][a-z0-9+.-]*):\/\/(?:([^/]*)@)?([^/@]*)(\/.*)$/i.exec(text)
  if (withProtocol !== null) {
    const [, protocol = "", , host = "", path = ""] = withProtocol
    return protocol.toLowerCase() === "file"
      ? onDisk(path.replace(/^\/(?=[A-Za-z]:)/, ""))
      : onHost(host.replace(/:\d*$/, ""), path)
  }
  // `user@host:path`, as ssh and scp write it.
  const [, host = "", path = ""] = /^(?:[^/@:]*@)?([^/@:]+|\[[^\]/@]+\]):(?!\/\/)(.+)$/.exec(text) ?? []
  return onHost(host, path)
}
