import type { Finder, Span } from "./Span.js"
import { isNoSecret, looksRandom } from "./Values.js"

/* Finds credentials in the places where protocols have them: URLs, authorization headers and cookies. */

/**
 * Matches the user name and password of a URL, after `://` and up to the last `@` before the host. Bounded, so that a
 * long run is cheap.
 */
const userInfo = /([^\s/?#"'`<>@:\\]{0,256}):([^\s/"'`<>\\]{4,512})@(?=[\w[.%-])/y
/** Matches a token that a URL has in place of a user name: `https://TOKEN@host`, `https://TOKEN:x-oauth-basic@host`. */
const tokenInfo = /([^\s/?#"'`<>@:\\]{16,512})(?::x-oauth-basic)?@(?=[\w[.%-])/y

const commonPlaceholder = /^(?:pass|password|passwd|pwd|pw|secret|user|username|token|xxx+|\*+|\.{3}|foo|bar|test)$/i

/**
 * Matches hexadecimal digits, which are a token before the host of a URL, although elsewhere they are mostly a hash.
 */
const isHex = /^[0-9a-f]{32,}$/i

const inUrls: Finder = (text) => {
  const spans: Array<Span> = []
  for (let at = text.indexOf("://"); at !== -1; at = text.indexOf("://", at + 3)) {
    const start = at + 3
    userInfo.lastIndex = start
    tokenInfo.lastIndex = start
    const user = userInfo.exec(text)
    const password = user?.[2] ?? ""
    const token = tokenInfo.exec(text)?.[1] ?? ""
    if (user !== null && password !== "x-oauth-basic") {
      const passwordAt = start + (user[1]?.length ?? 0) + 1
      if (!password.startsWith("[REDACTED") && !commonPlaceholder.test(password) && !isUrlPlaceholder(password)) {
        spans.push({ start: passwordAt, end: passwordAt + password.length, kind: "url-password" })
      }
    } else if ((looksRandom(token, 3) || isHex.test(token)) && !isNoSecret(token, true)) {
      spans.push({ start, end: start + token.length, kind: "url-token" })
    }
  }
  return spans
}

const isUrlPlaceholder = (password: string): boolean => /^(?:[$<{%*[]|\.{3}|your|my[-_]?pass)/i.test(password)

/**
 * Matches `Bearer` with its token; base64 may continue with `+`, `/` and `=`. The result is always spelled `Bearer`.
 */
const bearer = /(?<![A-Za-z0-9])Bearer\s+[A-Za-z0-9._-][A-Za-z0-9._~+/=-]{15,}/gi
const basic = /(?<![A-Za-z0-9])Basic\s+([A-Za-z0-9+/]{8,}={0,2})/gi

const isCredentials = (base64: string): boolean =>
  /^[\x20-\x7e\u00a0-\u00ff]*:[\x20-\x7e\u00a0-\u00ff]+$/.test(
    Buffer.from(base64.slice(0, 1_024), "base64").toString("latin1")
  )

const inHeaders: Finder = (text) => {
  const spans: Array<Span> = []
  bearer.lastIndex = 0
  for (let match = bearer.exec(text); match !== null; match = bearer.exec(text)) {
    const found = match[0].replace(/[.-]+$/, "")
    if (found.replace(/^\S+\s+/, "").length >= 16) {
      spans.push({ start: match.index, end: match.index + found.length, kind: "bearer", prefix: "Bearer " })
    }
  }
  basic.lastIndex = 0
  for (let match = basic.exec(text); match !== null; match = basic.exec(text)) {
    const found = match[1] ?? ""
    const before = text.slice(Math.max(0, match.index - 32), match.index)
    if (isCredentials(found) || (/authorization\W{1,12}$/i.test(before) && /\d|=$/.test(found))) {
      const end = match.index + match[0].length
      spans.push({ start: end - found.length, end, kind: "basic" })
    }
  }
  return spans
}

const cookieHeader = /(?:(?<![A-Za-z0-9])(?:set-)?cookie\\*["'`]?\s*[:=]\s*|--cookie[ =]|\s-b\s+)\\*["'`]?/gi
const pair = /\s*([\w.!#$%&*+^|~-]{1,128})=([^\s;,"'`\\]*)[;,]?/y
const attribute = /^(?:path|domain|expires|max-age|samesite|version|secure|httponly|priority|partitioned)$/i
/** The maximum number of cookies that are read in one header; no server sends more. */
const mostPairs = 64

const inCookies: Finder = (text) => {
  const spans: Array<Span> = []
  cookieHeader.lastIndex = 0
  for (let match = cookieHeader.exec(text); match !== null; match = cookieHeader.exec(text)) {
    pair.lastIndex = cookieHeader.lastIndex
    for (let count = 0; count < mostPairs; count++) {
      const found = pair.exec(text)
      if (found === null) {
        break
      }
      const [name = "", value = ""] = [found[1], found[2]]
      const start = found.index + found[0].indexOf("=") + 1
      const isTelling = value.length >= 16 || (value.length >= 6 && /\d/.test(value))
      if (isTelling && !attribute.test(name) && !value.startsWith("[") && !isNoSecret(value, false)) {
        spans.push({ start, end: start + value.length, kind: "cookie" })
      }
      cookieHeader.lastIndex = pair.lastIndex
    }
  }
  return spans
}

const headerHint = /(?<![A-Za-z0-9])(?:bearer|basic)\s/i
const cookieHint = /cookie|\s-b\s/i

/** Finds credentials in URLs, headers and cookies. */
export const findInTransport: Finder = (text) => [
  ...inUrls(text),
  ...(headerHint.test(text) ? inHeaders(text) : []),
  ...(cookieHint.test(text) ? inCookies(text) : [])
]
